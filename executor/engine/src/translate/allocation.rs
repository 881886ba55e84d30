//! Which guest registers a region keeps in the host's registers.

use std::collections::BTreeMap;

use super::assembler::Gpr;
use super::region::Region;
use crate::alu::Alu;
use crate::image::Image;
use crate::instruction::{Instruction, Operation};

/// Free for guest registers in every region. Compiled code uses RAX and RCX for itself, and the
/// registers that `entry` gives it.
const ALWAYS: [Gpr; 9] =
    [Gpr::Rbx, Gpr::Rbp, Gpr::R8, Gpr::R9, Gpr::R10, Gpr::R11, Gpr::R12, Gpr::R13, Gpr::R14];
/// A loop is taken to run eight times, up to this depth.
const MAX_DEPTH: u32 = 5;

/// Where the value of a guest register is inside of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Of x0: nowhere.
    Zero,
    Host(Gpr),
    Context,
}

#[derive(Clone, Copy)]
pub(super) struct Allocation {
    places: [Place; 32],
}

impl Allocation {
    /// Host registers for the guest registers that are used most, loops counting more.
    pub(super) fn of(image: &Image, region: &Region) -> Self {
        let uses = uses(image, region);
        let mut used: Vec<usize> = (1..32).filter(|&register| uses[register] > 0).collect();
        used.sort_by_key(|&register| std::cmp::Reverse(uses[register]));
        let mut places = [Place::Context; 32];
        places[0] = Place::Zero;
        let more = (!needs_rdx(image, region)).then_some(Gpr::Rdx);
        for (register, host) in used.into_iter().zip(ALWAYS.into_iter().chain(more)) {
            places[register] = Place::Host(host);
        }
        Self { places }
    }

    pub(super) fn place(&self, register: u8) -> Place {
        self.places[usize::from(register & 31)]
    }

    /// The guest registers that are in host registers.
    pub(super) fn hosts(self) -> impl Iterator<Item = (usize, Gpr)> {
        self.places.into_iter().enumerate().filter_map(|(register, place)| match place {
            Place::Host(host) => Some((register, host)),
            Place::Zero | Place::Context => None,
        })
    }
}

/// How often each register is named, weighted.
fn uses(image: &Image, region: &Region) -> [u64; 32] {
    let mut uses = [0; 32];
    // From the head of a loop to the end of the last block that jumps back to it.
    let mut loops = BTreeMap::new();
    for (leader, block) in &region.blocks {
        for head in block.successors.iter().flatten().filter(|head| *head <= leader) {
            let end = loops.entry(*head).or_insert(block.end);
            *end = block.end.max(*end);
        }
    }
    for (leader, block) in &region.blocks {
        let around = loops.range(..=leader).filter(|(_, end)| leader < *end).count();
        let weight = 8_u64.pow((around as u32).min(MAX_DEPTH));
        for instruction in &image.instructions[*leader..block.end] {
            for register in [instruction.rd, instruction.rs1, instruction.rs2] {
                uses[usize::from(register & 31)] += weight;
            }
        }
    }
    uses
}

/// Whether the region multiplies to the upper half, or divides.
fn needs_rdx(image: &Image, region: &Region) -> bool {
    let blocks = region.blocks.iter();
    let mut instructions =
        blocks.flat_map(|(leader, block)| &image.instructions[*leader..block.end]);
    instructions.any(uses_rdx)
}

/// Whether the code of an instruction needs RDX.
pub(super) fn uses_rdx(instruction: &Instruction) -> bool {
    match instruction.operation {
        Operation::Register(alu) => {
            alu.is_division() || matches!(alu, Alu::Mulh | Alu::Mulhu | Alu::Mulhsu)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
