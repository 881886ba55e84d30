//! Divisions, of either width: without a trap, and fast for a divisor that a loop does not change.
//!
//! Branches choose between the cases, and the processor predicts them, so that a chain of divisions
//! waits for the quotients only.

use super::assembler::{Binary, Cond, Gpr, Label, Operand, OperandSize, Unary};
use super::emit::Emitter;
use super::stub::{Division, Reason, SlowDivision, StubKind};
use crate::alu::Alu;
use crate::instruction::Instruction;

const DIVIDEND: Operand = Operand::Register(Gpr::Rax);
const DIVISOR: Operand = Operand::Register(Gpr::Rcx);

impl Emitter<'_> {
    pub(super) fn divide(&mut self, alu: Alu, size: OperandSize, instruction: &Instruction) {
        let signed = matches!(alu, Alu::Div | Alu::Rem);
        let remainder = matches!(alu, Alu::Rem | Alu::Remu);
        let division = Division { signed, remainder, size };
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

    /// An unsigned division of 32 bits by the divisor that the region was compiled with: 64 bits of the reciprocal
    /// suffice, and the lower half of the product is the remainder's share of the divisor.
    /// Source: Lemire, Kaser, Kurz, "Faster remainder by direct computation" (2019), theorem 1.
    fn divide_by_likely(&mut self, division: Division, divisor: u32, instruction: &Instruction) {
        let Instruction { rd, rs1, rs2, .. } = *instruction;
        let back = self.assembler.label();
        let slow = SlowDivision { reason: Reason::OtherDivisor(rs2), division, back };
        self.copy_lower_half(Gpr::Rax, rs1);
        let other = self.stub(StubKind::Division(slow));
        self.compare_lower_half(rs2, divisor);
        self.assembler.jump_if(Cond::NotEqual, other);
        self.assembler.constant(Gpr::Rcx, u64::MAX / u64::from(divisor) + 1);
        if division.remainder {
            self.assembler.multiply(OperandSize::B64, Gpr::Rax, DIVISOR);
            self.assembler.constant(Gpr::Rcx, u64::from(divisor));
        }
        self.assembler.unary(Unary::MultiplyUnsigned, OperandSize::B64, DIVISOR);
        // The upper half of the product is less than the divisor or, as a quotient, than 2^31: its
        // sign is clear, unless the divisor is larger than that.
        if division.remainder && divisor > 1 << 31 {
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

    /// The lower half of a register, with zeros above. Where the instruction before has left it there,
    /// waiting for the extension by its sign would take a cycle.
    fn copy_lower_half(&mut self, to: Gpr, register: u8) {
        if to == Gpr::Rax && self.lower_half == Some((register, self.assembler.position())) {
            return;
        }
        match self.operand(register) {
            None => self.assembler.constant(to, 0),
            Some(operand) => self.assembler.copy(OperandSize::B32, to, operand),
        }
    }

    /// RAX by RCX.
    fn divide_by_any(&mut self, division: Division, back: Label) {
        let Division { signed, size, .. } = division;
        let slow =
            self.stub(StubKind::Division(SlowDivision { reason: Reason::Traps, division, back }));
        let divisor_plus_1 = Operand::Register(Gpr::Rdx);
        if signed {
            self.assembler.address(size, Gpr::Rdx, Operand::Memory(Gpr::Rcx, 1));
            self.assembler.binary_constant(Binary::Compare, size, divisor_plus_1, 1);
            self.assembler.jump_if(Cond::BelowOrEqual, slow);
            self.assembler.spread_sign(size);
            self.assembler.unary(Unary::DivideSigned, size, DIVISOR);
        } else {
            self.assembler.test(size, DIVISOR, Gpr::Rcx);
            self.assembler.jump_if(Cond::Equal, slow);
            self.assembler.constant(Gpr::Rdx, 0);
            self.assembler.unary(Unary::DivideUnsigned, size, DIVISOR);
        }
    }

    pub(super) fn slow_division(&mut self, slow: &SlowDivision) {
        let SlowDivision { reason, division, back } = *slow;
        match reason {
            Reason::OtherDivisor(register) => {
                self.copy(Gpr::Rcx, register);
                let divided = self.assembler.label();
                self.divide_by_any(division, divided);
                self.assembler.place(divided);
                let result = Operand::Register(division.result());
                self.assembler.extend_sign(Gpr::Rdx, result);
            }
            Reason::Traps if division.signed => {
                let by_zero = self.assembler.label();
                self.assembler.test(division.size, DIVISOR, Gpr::Rcx);
                self.assembler.jump_if(Cond::Equal, by_zero);
                match division.remainder {
                    true => self.assembler.constant(Gpr::Rdx, 0),
                    false => self.assembler.unary(Unary::Negate, division.size, DIVIDEND),
                }
                self.assembler.jump(back);
                self.assembler.place(by_zero);
                self.divide_by_zero(division);
            }
            Reason::Traps => self.divide_by_zero(division),
        }
        self.assembler.jump(back);
    }

    /// The quotient is all ones, and the remainder is the dividend.
    fn divide_by_zero(&mut self, division: Division) {
        match division.remainder {
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
