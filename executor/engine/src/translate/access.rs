//! Loads and stores. Only here does compiled code name guest memory: an operand with `MEMORY` as
//! its base is made by `guest_operand` alone, after the check that `memory` describes.

use std::mem::offset_of;

use super::assembler::{Binary, Cond, Gpr, Operand, OperandSize};
use super::emit::Emitter;
use super::entry::{MEMORY, context};
use super::stub::StubKind;
use crate::context::Context;
use crate::instruction::{Instruction, Width};
use crate::memory::MISPLACED;

impl Emitter<'_> {
    pub(super) fn load(&mut self, instruction: &Instruction, width: Width, signed: bool, pc: u64) {
        let from = self.guest_operand(instruction, width, pc);
        // Also for x0: an access may fault, and touches memory.
        let to = self.target(instruction.rd);
        match (width, signed) {
            (Width::Byte, _) => self.assembler.load_byte(signed, to, from),
            (Width::Half, _) => self.assembler.load_half(signed, to, from),
            (Width::Word, false) => self.assembler.copy(OperandSize::B32, to, from),
            (Width::Word, true) => self.assembler.extend_sign(to, from),
            (Width::Double, _) => self.assembler.copy(OperandSize::B64, to, from),
        }
        self.set(instruction.rd, to);
    }

    pub(super) fn store(&mut self, instruction: &Instruction, width: Width, pc: u64) {
        let to = self.guest_operand(instruction, width, pc);
        let value = self.value(instruction.rs2, Gpr::Rcx);
        match width {
            Width::Byte => self.assembler.store_byte(to, value),
            Width::Half => self.assembler.store_half(to, value),
            Width::Word => self.assembler.store(OperandSize::B32, to, value),
            Width::Double => self.assembler.store(OperandSize::B64, to, value),
        }
    }

    /// The guest memory that an instruction names. An address in a register is checked by code,
    /// a known one here; RAX may be part of the operand.
    fn guest_operand(&mut self, instruction: &Instruction, width: Width, pc: u64) -> Operand {
        let misplaced = width.log2() as usize;
        let known = self.known(instruction.rs1).map(|base| base.wrapping_add(instruction.addend()));
        if let Some(address) = known.filter(|address| address & MISPLACED[misplaced] == 0)
            && let Ok(displacement) = i32::try_from(address)
        {
            return Operand::Memory(MEMORY, displacement);
        }
        let address = self.address(instruction);
        let mask = context(offset_of!(Context, misplaced) + 8 * misplaced);
        let fault = self.stub(StubKind::Access { pc, address });
        self.assembler.test(OperandSize::B64, mask, address);
        self.assembler.jump_if(Cond::NotEqual, fault);
        Operand::Indexed(MEMORY, address, 0)
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
