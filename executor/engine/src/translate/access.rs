//! Loads and stores. Only here does compiled code name guest memory: an operand with `MEMORY` as
//! its base is made by `guest_place` alone, after the check that `memory` describes, and by
//! `mark_of`, for the mark of the word at such an address.

use std::mem::offset_of;

use super::assembler::{Binary, Cond, Gpr, Operand, OperandSize, Shift};
use super::emit::Emitter;
use super::entry::{MEMORY, context};
use super::stub::StubKind;
use crate::context::Context;
use crate::instruction::{Instruction, Width};
use crate::memory::{ACCESSED, MARK_BITS, MARKS_START, MISPLACED};

/// A guest address that is valid for its access.
#[derive(Clone, Copy)]
enum Place {
    /// Less than 2^31.
    Known(u32),
    Checked(Gpr),
}

impl Place {
    fn operand(self) -> Operand {
        match self {
            Self::Known(address) => Operand::Memory(MEMORY, address as i32),
            Self::Checked(address) => Operand::Indexed(MEMORY, address, 0),
        }
    }
}

impl Emitter<'_> {
    pub(super) fn load(&mut self, instruction: &Instruction, width: Width, signed: bool, pc: u64) {
        let place = self.guest_place(instruction, width, pc);
        // The load may overwrite the address.
        let mark = self.mark_of(place, instruction);
        // Also for x0: an access may fault, and touches memory.
        let (to, from) = (self.target(instruction.rd), place.operand());
        self.note_access(pc);
        match (width, signed) {
            (Width::Byte, _) => self.assembler.load_byte(signed, to, from),
            (Width::Half, _) => self.assembler.load_half(signed, to, from),
            (Width::Word, false) => self.assembler.copy(OperandSize::B32, to, from),
            (Width::Word, true) => self.assembler.extend_sign(to, from),
            (Width::Double, _) => self.assembler.copy(OperandSize::B64, to, from),
        }
        self.mark(mark);
        self.set(instruction.rd, to);
    }

    pub(super) fn store(&mut self, instruction: &Instruction, width: Width, pc: u64) {
        let place = self.guest_place(instruction, width, pc);
        let (to, value) = (place.operand(), self.value(instruction.rs2, Gpr::Rcx));
        self.note_access(pc);
        match width {
            Width::Byte => self.assembler.store_byte(to, value),
            Width::Half => self.assembler.store_half(to, value),
            Width::Word => self.assembler.store(OperandSize::B32, to, value),
            Width::Double => self.assembler.store(OperandSize::B64, to, value),
        }
        let mark = self.mark_of(place, instruction);
        self.mark(mark);
    }

    /// The next instruction of the code accesses guest memory. It faults on the first chunk,
    /// which nothing else in the code tells.
    fn note_access(&mut self, pc: u64) {
        if let Some(index) = self.image.index(pc) {
            self.accesses.push((self.assembler.position() as u32, index as u32));
        }
    }

    /// Where the mark of an accessed word is, in RCX; None: it has one by this block already, or
    /// needs none.
    fn mark_of(&mut self, place: Place, instruction: &Instruction) -> Option<Operand> {
        let base = (instruction.rs1, instruction.immediate);
        if !self.marks || self.marked.contains(&base) {
            return None;
        }
        self.marked.push(base);
        match place {
            Place::Known(address) => {
                let mark = MARKS_START + (u64::from(address) >> MARK_BITS);
                self.assembler.constant(Gpr::Rcx, mark);
            }
            Place::Checked(address) => {
                self.assembler.copy(OperandSize::B64, Gpr::Rcx, Operand::Register(address));
                self.assembler.shift(Shift::Right, OperandSize::B64, Gpr::Rcx, MARK_BITS as u8);
                self.assembler.set_bit(Gpr::Rcx, MARKS_START.trailing_zeros() as u8);
            }
        }
        Some(Operand::Indexed(MEMORY, Gpr::Rcx, 0))
    }

    /// Behind the access: then the chunk exists, and its marks.
    fn mark(&mut self, mark: Option<Operand>) {
        if let Some(mark) = mark {
            self.assembler.store_byte_constant(mark, ACCESSED);
        }
    }

    /// The guest memory that an instruction names. An address in a register is checked by code,
    /// a known one here; RAX may be part of the operand.
    fn guest_place(&mut self, instruction: &Instruction, width: Width, pc: u64) -> Place {
        let misplaced = width.log2() as usize;
        let known = self.known(instruction.rs1).map(|base| base.wrapping_add(instruction.addend()));
        if let Some(address) = known.filter(|address| address & MISPLACED[misplaced] == 0)
            && let Ok(displacement) = u32::try_from(address)
            && displacement <= i32::MAX as u32
        {
            return Place::Known(displacement);
        }
        let address = self.address(instruction);
        let mask = context(offset_of!(Context, misplaced) + 8 * misplaced);
        let fault = self.stub(StubKind::Access { pc, address });
        self.assembler.test(OperandSize::B64, mask, address);
        self.assembler.jump_if(Cond::NotEqual, fault);
        Place::Checked(address)
    }

    /// rs1 + immediate, in a host register that stays as it is until the access is made.
    fn address(&mut self, instruction: &Instruction) -> Gpr {
        let base = self.value(instruction.rs1, Gpr::Rax);
        if instruction.immediate == 0 {
            return base;
        }
        if base == Gpr::Rax {
            let sum = Operand::Register(Gpr::Rax);
            self.assembler.binary_constant(
                Binary::Add,
                OperandSize::B64,
                sum,
                instruction.immediate,
            );
        } else {
            let sum = Operand::Memory(base, instruction.immediate);
            self.assembler.address(OperandSize::B64, Gpr::Rax, sum);
        }
        Gpr::Rax
    }
}

#[cfg(test)]
mod tests;
