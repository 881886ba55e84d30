//! Fuel, jumps, and the ways out of a region.
//!
//! Fuel is taken at a block's start for all of the block; a fault in its middle ends the run, so
//! what it took too much is never seen.

use std::mem::offset_of;

use super::assembler::{Binary, Cond, Gpr, Label, Operand, OperandSize, Shift};
use super::emit::{Emitter, in_context};
use super::entry::{FUEL, context};
use super::region::aligned_index;
use super::stub::{Stub, StubKind};
use crate::context::Context;
use crate::exit::Exit;
use crate::instruction::{Condition, Instruction};

impl Emitter<'_> {
    /// Have code of this kind after the blocks, at a new label.
    pub(super) fn stub(&mut self, kind: StubKind) -> Label {
        let label = self.assembler.label();
        self.stubs.push(Stub { label, dirty: self.dirty, kind });
        label
    }

    pub(super) fn write_stubs(&mut self) {
        while let Some(stub) = self.stubs.pop() {
            self.assembler.place(stub.label);
            self.dirty = stub.dirty;
            match stub.kind {
                StubKind::Fuel { leader, length } => {
                    let fuel = Operand::Register(FUEL);
                    self.assembler.binary_constant(Binary::Add, OperandSize::B64, fuel, length);
                    self.leave_at(self.image.address(leader), Exit::Fuel);
                }
                StubKind::Access { pc, address } => {
                    let place = context(offset_of!(Context, address));
                    self.assembler.store(OperandSize::B64, place, address);
                    self.keep_pc(pc);
                    self.leave(Exit::Access);
                }
                StubKind::Out { target } => self.go_out(target),
                StubKind::Division(slow) => self.slow_division(&slow),
            }
        }
    }

    /// Leave before the block if the fuel does not suffice for all of it.
    pub(super) fn take_fuel(&mut self, leader: usize, length: usize) {
        let length = length as i32;
        let short = self.stub(StubKind::Fuel { leader, length });
        let fuel = Operand::Register(FUEL);
        self.assembler.binary_constant(Binary::Sub, OperandSize::B64, fuel, length);
        self.assembler.jump_if(Cond::Less, short);
    }

    pub(super) fn branch(
        &mut self,
        instruction: &Instruction,
        condition: Condition,
        pc: u64,
        next: Option<usize>,
    ) {
        let (taken, other) = (pc.wrapping_add(instruction.addend()), pc.wrapping_add(4));
        let condition = self.compare(instruction.rs1, instruction.rs2, condition);
        let to = match self.label(taken) {
            Some((_, label)) => label,
            None => self.stub(StubKind::Out { target: taken }),
        };
        self.assembler.jump_if(condition, to);
        self.go_to(other, next);
    }

    /// Set the flags by two registers; the condition under which theirs holds.
    pub(super) fn compare(&mut self, a: u8, b: u8, condition: Condition) -> Cond {
        let holds = direct(condition);
        match (self.operand(a), self.operand(b)) {
            (Some(a), None) => {
                self.assembler.binary_constant(Binary::Compare, OperandSize::B64, a, 0);
            }
            (None, Some(b)) => {
                self.assembler.binary_constant(Binary::Compare, OperandSize::B64, b, 0);
                return mirrored(condition);
            }
            (Some(a), Some(Operand::Register(b))) => {
                self.assembler.binary_on(Binary::Compare, OperandSize::B64, a, b);
            }
            (_, b_operand) => {
                let a = self.value(a, Gpr::Rax);
                let b_operand = b_operand.unwrap_or(Operand::Register(a));
                self.assembler.binary(Binary::Compare, OperandSize::B64, a, b_operand);
            }
        }
        holds
    }

    pub(super) fn jump_register(&mut self, instruction: &Instruction, pc: u64) {
        let target = Operand::Register(Gpr::Rax);
        self.copy(Gpr::Rax, instruction.rs1);
        if instruction.immediate != 0 {
            self.assembler.binary_constant(
                Binary::Add,
                OperandSize::B64,
                target,
                instruction.immediate,
            );
        }
        self.assembler.binary_constant(Binary::And, OperandSize::B64, target, -2);
        // A long constant would need RAX.
        self.assembler.copy(OperandSize::B64, Gpr::Rcx, target);
        self.set_constant(instruction.rd, pc.wrapping_add(4));
        self.flush();
        self.assembler.store(OperandSize::B64, context(offset_of!(Context, pc)), Gpr::Rcx);
        // An offset that is no multiple of four becomes larger than any index by the rotation.
        self.assembler.constant(Gpr::Rax, self.image.base);
        self.assembler.binary(Binary::Sub, OperandSize::B64, Gpr::Rcx, Operand::Register(Gpr::Rax));
        self.assembler.shift(Shift::RotateRight, OperandSize::B64, Gpr::Rcx, 2);
        let count = self.image.instructions.len() as i32;
        let index = Operand::Register(Gpr::Rcx);
        self.assembler.binary_constant(Binary::Compare, OperandSize::B64, index, count);
        let (outside, table) = (self.assembler.label(), context(offset_of!(Context, table)));
        self.assembler.jump_if(Cond::AboveOrEqual, outside);
        self.assembler.copy(OperandSize::B64, Gpr::Rax, table);
        self.assembler.jump_to(Operand::Indexed(Gpr::Rax, Gpr::Rcx, 3));
        self.assembler.place(outside);
        self.leave(Exit::Cold);
    }

    /// Go on at an address, in the region or out of it; `next` is the block that follows.
    pub(super) fn go_to(&mut self, target: u64, next: Option<usize>) {
        match self.label(target) {
            Some((index, _)) if Some(index) == next => {}
            Some((_, label)) => self.assembler.jump(label),
            None => self.go_out(target),
        }
    }

    /// Go on in the region whose address is in the table.
    fn go_out(&mut self, target: u64) {
        let Some(index) = aligned_index(self.image, target) else {
            return self.leave_at(target, Exit::Cold);
        };
        self.flush();
        self.keep_pc(target);
        self.assembler.copy(OperandSize::B64, Gpr::Rax, context(offset_of!(Context, table)));
        self.assembler.jump_to(Operand::Memory(Gpr::Rax, 8 * index as i32));
    }

    pub(super) fn leave_at(&mut self, pc: u64, exit: Exit) {
        self.flush();
        self.keep_pc(pc);
        self.leave(exit);
    }

    fn leave(&mut self, exit: Exit) {
        self.assembler.store(OperandSize::B64, context(offset_of!(Context, fuel)), FUEL);
        self.assembler.constant(Gpr::Rax, exit as u64);
        self.assembler.leave();
    }

    fn keep_pc(&mut self, pc: u64) {
        self.store_constant(context(offset_of!(Context, pc)), pc);
    }

    /// Write the registers that may differ into the context.
    fn flush(&mut self) {
        for (register, host) in self.allocation.hosts() {
            if self.dirty >> register & 1 == 1 {
                self.assembler.store(OperandSize::B64, in_context(register), host);
            }
        }
    }
}

fn direct(condition: Condition) -> Cond {
    match condition {
        Condition::Equal => Cond::Equal,
        Condition::NotEqual => Cond::NotEqual,
        Condition::Less => Cond::Less,
        Condition::GreaterOrEqual => Cond::GreaterOrEqual,
        Condition::Below => Cond::Below,
        Condition::AboveOrEqual => Cond::AboveOrEqual,
    }
}

/// The condition with the operands in the other order.
fn mirrored(condition: Condition) -> Cond {
    match condition {
        Condition::Equal => Cond::Equal,
        Condition::NotEqual => Cond::NotEqual,
        Condition::Less => Cond::Greater,
        Condition::GreaterOrEqual => Cond::LessOrEqual,
        Condition::Below => Cond::Above,
        Condition::AboveOrEqual => Cond::BelowOrEqual,
    }
}

#[cfg(test)]
mod tests;
