//! Divisions, of either width: without a trap, and fast for the divisor that a loop keeps.
//!
//! What decides between the ways is a branch, which the processor foresees, so that a chain of
//! divisions waits for the quotients only.

use super::allocation::Place;
use super::assembler::{Binary, Cond, Gpr, Label, Operand, OperandSize, Unary};
use super::emit::Emitter;
use super::stub::{Division, Odd, StubKind, Why};
use crate::alu::Alu;
use crate::instruction::{Instruction, Operation};

/// How far ahead a division is looked for.
const DIVISION_AHEAD: usize = 6;
const DIVIDEND: Operand = Operand::Register(Gpr::Rax);
const DIVISOR: Operand = Operand::Register(Gpr::Rcx);

impl Emitter<'_> {
    pub(super) fn divide(&mut self, alu: Alu, size: OperandSize, instruction: &Instruction) {
        let signed = matches!(alu, Alu::Div | Alu::Rem);
        let rest = matches!(alu, Alu::Rem | Alu::Remu);
        let division = Division { signed, rest, size };
        let likely = self.kept[usize::from(instruction.rs2)].map(|value| value as u32);
        match likely.filter(|divisor| size == OperandSize::B32 && !signed && *divisor > 1) {
            Some(divisor) => self.divide_by_likely(division, divisor, instruction),
            None => {
                self.copy(Gpr::Rax, instruction.rs1);
                self.copy(Gpr::Rcx, instruction.rs2);
                let back = self.assembler.label();
                self.divide_by_any(division, back);
                self.assembler.place(back);
                self.set_whole(size, instruction.rd, division.result());
            }
        }
    }

    /// An unsigned division of 32 bits by what the divisor most often is: 64 bits of the reciprocal
    /// suffice, and the lower half of the product is the rest's share of the divisor.
    /// Source: Lemire, Kaser, Kurz, "Faster remainder by direct computation" (2019), theorem 1.
    fn divide_by_likely(&mut self, division: Division, divisor: u32, instruction: &Instruction) {
        let Instruction { rd, rs1, rs2, .. } = *instruction;
        let back = self.assembler.label();
        let odd = Odd { why: Why::Unlikely(rs2), division, back };
        if self.dividend != Some(rs1) {
            self.copy_lower_half(Gpr::Rax, rs1);
        }
        let other = self.stub(StubKind::Division(odd));
        self.compare_lower_half(rs2, divisor);
        self.assembler.jump_if(Cond::NotEqual, other);
        self.assembler.constant(Gpr::Rcx, u64::MAX / u64::from(divisor) + 1);
        if division.rest {
            self.assembler.multiply(OperandSize::B64, Gpr::Rax, DIVISOR);
            self.assembler.constant(Gpr::Rcx, u64::from(divisor));
        }
        self.assembler.unary(Unary::MultiplyUnsigned, OperandSize::B64, DIVISOR);
        // The upper half of the product is less than the divisor or, as a quotient, than 2^31: its
        // sign is clear, unless the divisor is larger than that.
        if division.rest && divisor > 1 << 31 {
            self.assembler.extend_sign(Gpr::Rdx, Operand::Register(Gpr::Rdx));
        }
        self.assembler.place(back);
        self.set(rd, Gpr::Rdx);
    }

    /// Compare the lower half of a register with a constant.
    fn compare_lower_half(&mut self, register: u8, value: u32) {
        if let Some(operand) = self.operand(register) {
            self.assembler.binary_constant(
                Binary::Compare,
                OperandSize::B32,
                operand,
                value as i32,
            );
        }
    }

    /// The lower half of a register, with zeros above.
    fn copy_lower_half(&mut self, to: Gpr, register: u8) {
        match self.operand(register) {
            None => self.assembler.constant(to, 0),
            Some(operand) => self.assembler.copy(OperandSize::B32, to, operand),
        }
    }

    /// RAX by RCX.
    fn divide_by_any(&mut self, division: Division, back: Label) {
        let Division { signed, size, .. } = division;
        let odd = self.stub(StubKind::Division(Odd { why: Why::Traps, division, back }));
        let rest = Operand::Register(Gpr::Rdx);
        if signed {
            self.assembler.address(size, Gpr::Rdx, Operand::Memory(Gpr::Rcx, 1));
            self.assembler.binary_constant(Binary::Compare, size, rest, 1);
            self.assembler.jump_if(Cond::BelowOrEqual, odd);
            self.assembler.spread_sign(size);
            self.assembler.unary(Unary::DivideSigned, size, DIVISOR);
        } else {
            self.assembler.test(size, DIVISOR, Gpr::Rcx);
            self.assembler.jump_if(Cond::Equal, odd);
            self.assembler.constant(Gpr::Rdx, 0);
            self.assembler.unary(Unary::DivideUnsigned, size, DIVISOR);
        }
    }

    /// Whether the lower half of this register, set now, is soon divided with only such
    /// instructions before that leave RAX alone.
    pub(super) fn is_soon_divided(&self, register: u8) -> bool {
        for instruction in self.following.iter().take(DIVISION_AHEAD) {
            match instruction.operation {
                Operation::Register(Alu::DivuW | Alu::RemuW) => {
                    return instruction.rs1 == register;
                }
                _ if instruction.rd == register || !self.spares_rax(instruction) => return false,
                _ => {}
            }
        }
        false
    }

    /// Whether the code of an instruction has no need for RAX while that holds a dividend.
    pub(super) fn spares_rax(&self, instruction: &Instruction) -> bool {
        let Instruction { operation, rd, rs1, rs2, .. } = *instruction;
        let (Operation::Immediate(alu) | Operation::Register(alu)) = operation else {
            return false;
        };
        let is_plain = matches!(
            alu,
            Alu::Add | Alu::Sub | Alu::And | Alu::Or | Alu::Xor | Alu::AddW | Alu::SubW
        );
        let in_hosts = [rd, rs1, rs2].map(|register| self.allocation.place(register));
        is_plain && !in_hosts.contains(&Place::Context) && self.dividend != Some(rd)
    }

    pub(super) fn odd_division(&mut self, odd: &Odd) {
        let Odd { why, division, back } = *odd;
        match why {
            Why::Unlikely(register) => {
                self.copy(Gpr::Rcx, register);
                let divided = self.assembler.label();
                self.divide_by_any(division, divided);
                self.assembler.place(divided);
                let result = Operand::Register(division.result());
                self.assembler.extend_sign(Gpr::Rdx, result);
            }
            Why::Traps if division.signed => {
                let by_zero = self.assembler.label();
                self.assembler.test(division.size, DIVISOR, Gpr::Rcx);
                self.assembler.jump_if(Cond::Equal, by_zero);
                match division.rest {
                    true => self.assembler.constant(Gpr::Rdx, 0),
                    false => self.assembler.unary(Unary::Negate, division.size, DIVIDEND),
                }
                self.assembler.jump(back);
                self.assembler.place(by_zero);
                self.divide_by_zero(division);
            }
            Why::Traps => self.divide_by_zero(division),
        }
        self.assembler.jump(back);
    }

    /// The quotient is all ones, and the rest is the dividend.
    fn divide_by_zero(&mut self, division: Division) {
        match division.rest {
            true => self.assembler.copy(OperandSize::B64, Gpr::Rdx, DIVIDEND),
            false if division.size == OperandSize::B64 => {
                self.assembler.constant(Gpr::Rax, u64::MAX)
            }
            false => self.assembler.constant(Gpr::Rax, u64::from(u32::MAX)),
        }
    }
}

#[cfg(test)]
mod tests;
