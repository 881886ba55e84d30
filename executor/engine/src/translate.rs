//! The translator: hot code becomes machine code, one region of basic blocks at a time.
//!
//! `region` finds what to compile together, `allocation` gives its guest registers places, `emit`
//! writes it (`compute`, `division`, `access` and `flow` for the instructions) with the
//! `assembler`, `code` keeps the machine code, `entry` goes into it and back, and `fault` gives it
//! memory on the first touch.

mod access;
mod allocation;
mod assembler;
mod clock;
mod code;
mod compute;
mod division;
mod emit;
mod entry;
mod fault;
mod flow;
mod region;
mod stub;

use crate::context::Context;
use crate::exit::Exit;
use crate::hotness::Hotness;
use crate::image::Image;
use crate::memory::Memory;
use code::CodeArea;
use entry::Entry;
use region::Region;

/// What compiling may take, in instructions, each of them 0.2 to 0.7 microseconds; a region counts as
/// so many more. A program pays for it by executing: so a hostile one cannot make this slower than
/// an interpreter of 40 MHz.
const FREE_INSTRUCTIONS: u64 = 1 << 16;
const PER_REGION: u64 = 16;
const CYCLES_PER_INSTRUCTION: u64 = 32;
const MAX_INSTRUCTIONS: u64 = 1 << 21;

/// A region of this length leaves out what can be entered elsewhere.
const REPEATED: usize = 48;

pub(crate) struct Translator {
    /// Whether its code marks what it accesses.
    marks: bool,
    /// Made for the first hot region.
    code: Option<CodeArea>,
    /// Per instruction, where its compiled region starts; empty before the first.
    table: Vec<Entry>,
    /// Where in the code each load or store is, in order, and the index of its instruction.
    accesses: Vec<(u64, u32)>,
    instructions: u64,
    /// What `instructions` and the regions count together.
    spent: u64,
    seconds: f64,
    exhausted: bool,
}

impl Translator {
    /// None: this host has no target.
    pub(crate) fn new(_image: &Image, marks: bool) -> Option<Self> {
        Some(Self {
            marks,
            code: None,
            table: Vec::new(),
            accesses: Vec::new(),
            instructions: 0,
            spent: 0,
            seconds: 0.0,
            exhausted: false,
        })
    }

    /// Compile the region that starts at an instruction, after `executed` cycles; false: not now,
    /// or never again when `exhausted`. The guest's registers now are a hint of what they will be.
    pub(crate) fn translate(
        &mut self,
        image: &Image,
        start: usize,
        executed: u64,
        registers: &[u64; 32],
        hotness: &mut Hotness,
    ) -> bool {
        let budget = FREE_INSTRUCTIONS + executed / CYCLES_PER_INSTRUCTION;
        if self.exhausted || self.spent >= budget {
            return false;
        }
        let began = clock::thread_cpu_time();
        let compiled = self.compile(image, start, registers, hotness);
        self.seconds += (clock::thread_cpu_time() - began).as_secs_f64();
        self.exhausted = compiled.is_none() || self.spent >= MAX_INSTRUCTIONS;
        if self.code.as_ref().is_some_and(|code| !code.is_intact()) {
            self.table.fill(Entry::cold());
        }
        compiled.is_some()
    }

    /// Whether the code marks what it accesses.
    pub(crate) fn marks(&self) -> bool {
        self.marks
    }

    pub(crate) fn exhausted(&self) -> bool {
        self.exhausted
    }

    pub(crate) fn holds(&self, index: usize) -> bool {
        self.table.get(index).is_some_and(|entry| !entry.is_cold())
    }

    /// Execute from a compiled instruction until compiled code leaves.
    pub(crate) fn enter(&mut self, index: usize, context: &mut Context, memory: &Memory) -> Exit {
        let Some(code) = &self.code else { return Exit::Cold };
        fault::enter(code, memory.chunks(), context, &self.table, index)
    }

    /// The index of the load or store whose machine instruction is at this place.
    pub(crate) fn access_at(&self, place: u64) -> Option<usize> {
        let found = self.accesses.binary_search_by_key(&place, |access| access.0).ok()?;
        Some(self.accesses[found].1 as usize)
    }

    pub(crate) fn instructions(&self) -> u64 {
        self.instructions
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.seconds
    }

    fn compile(
        &mut self,
        image: &Image,
        start: usize,
        registers: &[u64; 32],
        hotness: &mut Hotness,
    ) -> Option<()> {
        if self.code.is_none() {
            self.code = Some(CodeArea::new()?);
            self.table = vec![Entry::cold(); image.instructions.len()];
            fault::install();
        }
        // What was never executed may never be. A loop has to be whole, even if a part of it is
        // compiled elsewhere; of more code there need not be two copies.
        let wanted = |block: usize, length: usize| {
            hotness.was_entered(block) && (length < REPEATED || self.table[block].is_cold())
        };
        let region = Region::discover(image, start, wanted);
        self.instructions += region.instructions() as u64;
        self.spent += region.instructions() as u64 + PER_REGION;
        let emitted = emit::emit(image, &region, registers, self.marks)?;
        let (code, entries) = self.code.as_mut()?.add(&emitted.code, &emitted.entries)?;
        let accesses = emitted.accesses.iter();
        self.accesses.extend(accesses.map(|&(offset, index)| (code + u64::from(offset), index)));
        for (&index, entry) in region.entries.iter().zip(entries) {
            // Elsewhere than at the start, there may be an older one.
            if index == start || self.table[index].is_cold() {
                self.table[index] = entry;
                hotness.mark_compiled(index);
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
