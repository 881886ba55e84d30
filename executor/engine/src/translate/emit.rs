//! A region as machine code.
//!
//! The guest registers that a region uses most are in the host's registers, the others stay in the
//! context (`allocation`). The context holds the former only where the region is left: a block
//! knows which ones may differ from it (`dirty`). `compute`, `access` and `flow` write the
//! instructions; what is rarely needed comes after all blocks (`Stub`).

use std::collections::BTreeMap;
use std::mem::offset_of;

use super::allocation::{Allocation, Place};
use super::assembler::{Assembler, Binary, Gpr, Label, Operand, OperandSize};
use super::entry::context;
use super::region::{Block, Region, aligned_index};
use super::stub::Stub;
use crate::alu::Alu;
use crate::context::Context;
use crate::exit::Exit;
use crate::image::Image;
use crate::instruction::{Instruction, Operation};

/// What an instruction takes, with its stub: most take less.
const BYTES: usize = 32;

/// The code of a region.
pub(super) struct Emitted {
    pub(super) code: Vec<u8>,
    /// Where in it each of the region's entries is.
    pub(super) entries: Vec<usize>,
    /// Where in it each access to guest memory is, in order, and the index of its instruction.
    pub(super) accesses: Vec<(u32, u32)>,
}

/// `registers` are the guest's as the region is compiled.
/// `marks` is whether accesses are marked.
pub(super) fn emit(
    image: &Image,
    region: &Region,
    registers: &[u64; 32],
    marks: bool,
) -> Option<Emitted> {
    let written = region.written(image);
    let kept = |register: usize| (written >> register & 1 == 0).then_some(registers[register]);
    let instructions = region.instructions();
    let mut assembler = Assembler::with_room(BYTES * instructions);
    let labels = region.blocks.keys().map(|&leader| (leader, assembler.label())).collect();
    let mut emitter = Emitter {
        assembler,
        image,
        allocation: Allocation::of(image, region),
        labels,
        stubs: Vec::with_capacity(instructions),
        accesses: Vec::with_capacity(instructions),
        marks,
        marked: Vec::new(),
        dirty: 0,
        known: [None; 32],
        for_division: false,
        lower_half: None,
        kept: std::array::from_fn(kept),
    };
    let entries = emitter.region(region);
    Some(Emitted { code: emitter.assembler.finish()?, entries, accesses: emitter.accesses })
}

pub(super) struct Emitter<'a> {
    pub assembler: Assembler,
    pub image: &'a Image,
    pub allocation: Allocation,
    labels: BTreeMap<usize, Label>,
    /// Code that is still to come after the blocks.
    pub stubs: Vec<Stub>,
    /// As of `Emitted`.
    pub accesses: Vec<(u32, u32)>,
    pub marks: bool,
    /// The register and the immediate of accesses that this block has marked, as long as the
    /// register is the same.
    pub marked: Vec<(u8, i32)>,
    /// Registers that may differ from the context, one bit each.
    pub dirty: u32,
    /// Values that registers have for certain, at this place of a block.
    pub known: [Option<u64>; 32],
    /// What this instruction computes is best left in RDX, too: a division waits for it.
    pub for_division: bool,
    /// RDX holds the lower half of this register, with zeros above.
    pub lower_half: Option<u8>,
    /// Registers that the region does not write, as they were when it became hot.
    pub kept: [Option<u64>; 32],
}

impl Emitter<'_> {
    /// Where in the code the entries are.
    fn region(&mut self, region: &Region) -> Vec<usize> {
        let leaders: Vec<usize> = region.blocks.keys().copied().collect();
        for (place, leader) in leaders.iter().enumerate() {
            let next = leaders.get(place + 1).copied();
            self.block(*leader, &region.blocks[leader], next);
        }
        self.write_stubs();
        region.entries.iter().map(|leader| self.entry(*leader)).collect()
    }

    /// A way into the block from outside: the host registers get their values.
    fn entry(&mut self, leader: usize) -> usize {
        let start = self.assembler.position();
        for (register, host) in self.allocation.hosts() {
            self.assembler.copy(OperandSize::B64, host, in_context(register));
        }
        self.assembler.jump(self.labels[&leader]);
        start
    }

    /// `next` is the block that follows this one.
    fn block(&mut self, leader: usize, block: &Block, next: Option<usize>) {
        self.assembler.place(self.labels[&leader]);
        self.dirty = block.dirty;
        self.known = [None; 32];
        self.marked.clear();
        self.lower_half = None;
        self.take_fuel(leader, block.end - leader);
        for index in leader..block.end {
            let instruction = self.image.instructions[index];
            self.for_division = self.is_for_division(index, block.end);
            self.instruction(&instruction, self.image.address(index), next);
        }
        if !self.image.instructions[block.end - 1].ends_block() {
            self.go_to(self.image.address(block.end), next);
        }
    }

    fn instruction(&mut self, instruction: &Instruction, pc: u64, next: Option<usize>) {
        match instruction.operation {
            Operation::Constant => self.set_constant(instruction.rd, instruction.addend()),
            Operation::PcRelative => {
                self.set_constant(instruction.rd, pc.wrapping_add(instruction.addend()));
            }
            Operation::Immediate(alu) => self.compute_immediate(alu, instruction),
            Operation::Register(alu) => self.compute(alu, instruction),
            Operation::Load { width, signed } => self.load(instruction, width, signed, pc),
            Operation::Store(width) => self.store(instruction, width, pc),
            Operation::Jump => {
                self.set_constant(instruction.rd, pc.wrapping_add(4));
                self.go_to(pc.wrapping_add(instruction.addend()), next);
            }
            Operation::JumpRegister => self.jump_register(instruction, pc),
            Operation::Branch(condition) => self.branch(instruction, condition, pc, next),
            Operation::Ecall => self.leave_at(pc, Exit::Ecall),
            Operation::Illegal => self.leave_at(pc, Exit::Illegal),
        }
    }

    /// The label of a block of this region, with the index of its first instruction.
    pub(super) fn label(&self, target: u64) -> Option<(usize, Label)> {
        let index = aligned_index(self.image, target)?;
        self.labels.get(&index).map(|label| (index, *label))
    }

    /// What a register is known to be.
    pub(super) fn known(&self, register: u8) -> Option<u64> {
        if register == 0 { Some(0) } else { self.known[usize::from(register)] }
    }

    /// The value of a register as an operand; None: of x0.
    pub(super) fn operand(&self, register: u8) -> Option<Operand> {
        match self.allocation.place(register) {
            Place::Zero => None,
            Place::Host(host) => Some(Operand::Register(host)),
            Place::Context => Some(in_context(usize::from(register))),
        }
    }

    /// The value of a register in a host register: its own, or `otherwise`.
    pub(super) fn value(&mut self, register: u8, otherwise: Gpr) -> Gpr {
        match self.allocation.place(register) {
            Place::Host(host) => host,
            _ => {
                self.copy(otherwise, register);
                otherwise
            }
        }
    }

    /// The value of a register, in this host register.
    pub(super) fn copy(&mut self, to: Gpr, register: u8) {
        match self.operand(register) {
            None => self.assembler.constant(to, 0),
            Some(operand) if operand == Operand::Register(to) => {}
            Some(operand) => self.assembler.copy(OperandSize::B64, to, operand),
        }
    }

    /// to = to op register.
    pub(super) fn apply(&mut self, operation: Binary, size: OperandSize, to: Gpr, register: u8) {
        match self.operand(register) {
            None => {
                self.assembler.binary_constant(operation, size, Operand::Register(to), 0);
            }
            Some(operand) => self.assembler.binary(operation, size, to, operand),
        }
    }

    /// Where the new value of a register is best computed.
    pub(super) fn target(&self, register: u8) -> Gpr {
        match self.allocation.place(register) {
            Place::Host(host) => host,
            Place::Zero | Place::Context => Gpr::Rax,
        }
    }

    /// A register has a new value, which is in a host register.
    pub(super) fn set(&mut self, register: u8, from: Gpr) {
        match self.allocation.place(register) {
            Place::Zero => return,
            Place::Host(host) if host == from => {}
            Place::Host(host) => {
                self.assembler.copy(OperandSize::B64, host, Operand::Register(from));
            }
            Place::Context => {
                self.assembler.store(OperandSize::B64, in_context(usize::from(register)), from);
            }
        }
        self.has_changed(register, None);
    }

    pub(super) fn set_constant(&mut self, register: u8, value: u64) {
        match self.allocation.place(register) {
            Place::Zero => return,
            Place::Host(host) => self.assembler.constant(host, value),
            Place::Context => {
                self.store_constant(in_context(usize::from(register)), value);
            }
        }
        self.has_changed(register, Some(value));
    }

    /// Write a constant to memory, by RAX if it is long.
    pub(super) fn store_constant(&mut self, to: Operand, value: u64) {
        if let Ok(value) = i32::try_from(value as i64) {
            self.assembler.store_constant(OperandSize::B64, to, value);
        } else {
            self.assembler.constant(Gpr::Rax, value);
            self.assembler.store(OperandSize::B64, to, Gpr::Rax);
        }
    }

    fn has_changed(&mut self, register: u8, value: Option<u64>) {
        self.marked.retain(|(base, _)| *base != register);
        self.lower_half = self.lower_half.filter(|other| *other != register);
        self.known[usize::from(register)] = value;
        self.dirty |= 1 << register;
    }

    /// What a computation gives, if all that it takes is known.
    pub(super) fn folded(&self, alu: Alu, a: u8, b: Option<u64>) -> Option<u64> {
        Some(alu.apply(self.known(a)?, b?))
    }
}

/// The place of a guest register in the context.
pub(super) fn in_context(register: usize) -> Operand {
    context(offset_of!(Context, registers) + 8 * register)
}

#[cfg(test)]
mod tests;
