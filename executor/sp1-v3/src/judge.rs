//! What SP1 v3's circuits ask of a run beyond what its executor does.
//!
//! The executor records each instruction outside of unconstrained blocks; system calls are looked at
//! when they are made (`calls`). What is found first is what is told.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sp1_core_executor::{ExecutionRecord, Opcode};

use crate::elf_check::{ADDRESS_LIMIT, FIRST_ADDRESS};
use crate::failure::{Class, Failure};

/// What may be written before cycles pay for it, a byte each: as on our own engine for v6.
pub(crate) const WRITE_ALLOWANCE: u64 = 16 << 20;

/// Why a run is no result, by the name of the rule in `attestor/errors/unprovable.py` where it has
/// one of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub rule: Option<&'static str>,
    pub what: String,
}

/// A rule without a name of its own.
pub(crate) fn unnamed(what: impl Into<String>) -> Broken {
    Broken { rule: None, what: what.into() }
}

/// One of those that v6 has too.
pub(crate) fn rule(rule: &'static str, what: impl Into<String>) -> Broken {
    Broken { rule: Some(rule), what: what.into() }
}

/// What is known of a run so far. System calls share it with whoever reads the records.
#[derive(Clone, Debug)]
pub(crate) struct Judge(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    broken: Option<Broken>,
    refused: Option<Failure>,
    committed: [Option<u32>; 8],
    written: u64,
    last: Option<(Opcode, u32)>,
}

impl Judge {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Note a broken rule: the run goes on, as it may yet fail by itself.
    pub(crate) fn note(&self, broken: Broken, pc: u32) {
        let what = format!("{} at pc {pc:#x}", broken.what);
        self.state().broken.get_or_insert(Broken { what, ..broken });
    }

    /// End the run, for a reason that is told instead of all others.
    pub(crate) fn refuse(&self, class: Class, detail: impl AsRef<str>) -> ! {
        self.state().refused.get_or_insert(Failure::new(class, detail.as_ref()));
        panic!("{}", detail.as_ref());
    }

    /// What ended the run, if a system call did.
    pub(crate) fn refused(&self) -> Option<Failure> {
        self.state().refused.take()
    }

    /// Count what is written, against the cycles so far. False: it is too much.
    pub(crate) fn pays_for(&self, bytes: u32, cycles: u64) -> bool {
        let mut state = self.state();
        state.written = state.written.saturating_add(bytes.into());
        state.written <= WRITE_ALLOWANCE.saturating_add(cycles)
    }

    /// Note a word of the digest. A second one in its place is none of the first's.
    pub(crate) fn commits(&self, index: u32, word: u32) -> Result<(), Broken> {
        let mut state = self.state();
        match state.committed.get_mut(index as usize) {
            // The executor panics.
            None => Ok(()),
            Some(Some(before)) if *before != word => {
                Err(rule("commit_conflict", format!("COMMIT of word {index} with two values")))
            }
            Some(place) => {
                *place = Some(word);
                Ok(())
            }
        }
    }

    /// Look at what was recorded.
    pub(crate) fn read(&self, records: &[ExecutionRecord]) {
        for event in records.iter().flat_map(|record| &record.cpu_events) {
            let opcode = event.instruction.opcode;
            self.read_one(event.pc, opcode, event.b.wrapping_add(event.c), event.next_pc);
        }
    }

    /// An instruction at `pc`, with its address where it accesses memory.
    fn read_one(&self, pc: u32, opcode: Opcode, address: u32, next_pc: u32) {
        if let Err(broken) = of_instruction(opcode, address, next_pc) {
            self.note(broken, pc);
        }
        self.state().last = Some((opcode, next_pc));
    }

    /// What broke a rule, once all records are read.
    pub(crate) fn verdict(&self) -> Result<(), Failure> {
        let state = self.state();
        let found = match (&state.broken, state.last) {
            (Some(broken), _) => broken.clone(),
            // Only HALT goes to 0 by a call.
            (None, Some((Opcode::ECALL, 0))) => return Ok(()),
            (None, _) => unnamed("the program ends without HALT"),
        };
        let failure = Failure::new(Class::Unprovable, found.what);
        Err(match found.rule {
            Some(name) => failure.with("rule", name),
            None => failure,
        })
    }
}

fn of_instruction(opcode: Opcode, address: u32, next_pc: u32) -> Result<(), Broken> {
    match opcode {
        Opcode::LB
        | Opcode::LBU
        | Opcode::LH
        | Opcode::LHU
        | Opcode::LW
        | Opcode::SB
        | Opcode::SH
        | Opcode::SW => in_memory(address & !3, 1),
        _ if next_pc % 4 != 0 => Err(rule("misaligned_jump", "a jump between two instructions")),
        _ => Ok(()),
    }
}

/// Check that so many words from an address are all memory: registers are below it, and above are no
/// elements of the field.
pub(crate) fn in_memory(address: u32, words: u32) -> Result<(), Broken> {
    let end = u64::from(address) + 4 * u64::from(words);
    if address >= FIRST_ADDRESS && end <= ADDRESS_LIMIT.into() {
        return Ok(());
    }
    Err(unnamed(format!("an access at {address:#x}, outside of memory")))
}

#[cfg(test)]
mod tests;
