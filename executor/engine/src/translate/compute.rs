//! RV64IM's operations as machine code; the meaning is `Alu::apply`.

use super::assembler::{Binary, Cond, Gpr, Operand, OperandSize, Shift, Unary};
use super::emit::Emitter;
use crate::alu::Alu;
use crate::instruction::{Condition, Instruction};

impl Emitter<'_> {
    /// rd = rs1 op immediate.
    pub(super) fn compute_immediate(&mut self, alu: Alu, instruction: &Instruction) {
        let Instruction { rd, rs1, immediate, .. } = *instruction;
        if rd == 0 {
            return;
        }
        if let Some(value) = self.folded(alu, rs1, Some(instruction.addend())) {
            return self.set_constant(rd, value);
        }
        let (whole, size) = halves(alu);
        match whole {
            Alu::Add => self.add_constant(size, instruction),
            Alu::Xor => self.with_constant(Binary::Xor, instruction),
            Alu::Or => self.with_constant(Binary::Or, instruction),
            Alu::And => self.with_constant(Binary::And, instruction),
            Alu::Slt | Alu::Sltu => {
                if let Some(operand) = self.operand(rs1) {
                    let compare = Binary::Compare;
                    self.assembler.binary_constant(compare, OperandSize::B64, operand, immediate);
                }
                let holds = if whole == Alu::Slt { Cond::Less } else { Cond::Below };
                self.set_flag(rd, holds);
            }
            _ => self.shift_constant(whole, size, instruction),
        }
    }

    /// rd = rs1 op rs2.
    pub(super) fn compute(&mut self, alu: Alu, instruction: &Instruction) {
        let Instruction { rd, rs1, rs2, .. } = *instruction;
        if rd == 0 {
            return;
        }
        if let Some(value) = self.folded(alu, rs1, self.known(rs2)) {
            return self.set_constant(rd, value);
        }
        let (whole, size) = halves(alu);
        match whole {
            Alu::Add => self.on_registers(Binary::Add, size, instruction),
            Alu::Sub => self.on_registers(Binary::Sub, size, instruction),
            Alu::Xor => self.on_registers(Binary::Xor, size, instruction),
            Alu::Or => self.on_registers(Binary::Or, size, instruction),
            Alu::And => self.on_registers(Binary::And, size, instruction),
            Alu::Mul => self.multiply(size, instruction),
            Alu::Mulh | Alu::Mulhu | Alu::Mulhsu => self.multiply_high(whole, instruction),
            Alu::Slt | Alu::Sltu => {
                let condition = if whole == Alu::Slt { Condition::Less } else { Condition::Below };
                let holds = self.compare(rs1, rs2, condition);
                self.set_flag(rd, holds);
            }
            Alu::Sll | Alu::Srl | Alu::Sra => self.shift_by_register(whole, size, instruction),
            _ => self.divide(whole, size, instruction),
        }
    }

    fn add_constant(&mut self, size: OperandSize, instruction: &Instruction) {
        let Instruction { rd, rs1, immediate, .. } = *instruction;
        let to = self.workplace(size, rd);
        let result = Operand::Register(to);
        match self.operand(rs1) {
            Some(from) if size == OperandSize::B32 && immediate == 0 => {
                let to = self.target(rd);
                self.assembler.extend_sign(to, from);
                return self.set(rd, to);
            }
            Some(Operand::Register(base)) if base != to && immediate != 0 => {
                self.assembler.address(size, to, Operand::Memory(base, immediate));
            }
            _ => {
                self.copy(to, rs1);
                if immediate != 0 {
                    self.assembler.binary_constant(Binary::Add, size, result, immediate);
                }
            }
        }
        self.set_whole(size, rd, to);
    }

    fn with_constant(&mut self, operation: Binary, instruction: &Instruction) {
        let to = self.target(instruction.rd);
        self.copy(to, instruction.rs1);
        let result = Operand::Register(to);
        self.assembler.binary_constant(operation, OperandSize::B64, result, instruction.immediate);
        self.set(instruction.rd, to);
    }

    fn shift_constant(&mut self, alu: Alu, size: OperandSize, instruction: &Instruction) {
        let to = self.target(instruction.rd);
        self.copy(to, instruction.rs1);
        let amount = instruction.immediate as u8 & if size == OperandSize::B64 { 63 } else { 31 };
        self.assembler.shift(shift(alu), size, to, amount);
        self.set_whole(size, instruction.rd, to);
    }

    fn on_registers(&mut self, operation: Binary, size: OperandSize, instruction: &Instruction) {
        let Instruction { rd, mut rs1, mut rs2, .. } = *instruction;
        let to = self.workplace(size, rd);
        let result = Some(Operand::Register(to));
        if self.operand(rs2) == result && operation != Binary::Sub {
            (rs1, rs2) = (rs2, rs1);
        }
        if let (Some(Operand::Register(a)), Some(Operand::Register(b))) =
            (self.operand(rs1), self.operand(rs2))
            && operation == Binary::Add
            && a != to
        {
            self.assembler.address(size, to, Operand::Indexed(a, b, 0));
            return self.set_whole(size, rd, to);
        }
        let overwrites = self.operand(rs2) == result && self.operand(rs1) != result;
        let work = if overwrites { Gpr::Rcx } else { to };
        self.copy(work, rs1);
        self.apply(operation, size, work, rs2);
        self.set_whole(size, rd, work);
    }

    fn multiply(&mut self, size: OperandSize, instruction: &Instruction) {
        let Instruction { rd, mut rs1, mut rs2, .. } = *instruction;
        let to = self.target(rd);
        if self.operand(rs2) == Some(Operand::Register(to)) {
            (rs1, rs2) = (rs2, rs1);
        }
        self.copy(to, rs1);
        match self.operand(rs2) {
            None => self.assembler.constant(to, 0),
            Some(operand) => self.assembler.multiply(size, to, operand),
        }
        self.set_whole(size, rd, to);
    }

    /// The upper half of a product, which the processor leaves in RDX.
    fn multiply_high(&mut self, alu: Alu, instruction: &Instruction) {
        self.copy(Gpr::Rax, instruction.rs1);
        let by = Operand::Register(self.value(instruction.rs2, Gpr::Rcx));
        let operation = match alu {
            Alu::Mulh => Unary::MultiplySigned,
            _ => Unary::MultiplyUnsigned,
        };
        self.assembler.unary(operation, OperandSize::B64, by);
        if alu == Alu::Mulhsu {
            // A negative a counts 2^64 too much in the unsigned product.
            self.copy(Gpr::Rax, instruction.rs1);
            self.assembler.shift(Shift::RightSigned, OperandSize::B64, Gpr::Rax, 63);
            self.assembler.binary(Binary::And, OperandSize::B64, Gpr::Rax, by);
            let excess = Operand::Register(Gpr::Rax);
            self.assembler.binary(Binary::Sub, OperandSize::B64, Gpr::Rdx, excess);
        }
        self.set(instruction.rd, Gpr::Rdx);
    }

    fn shift_by_register(&mut self, alu: Alu, size: OperandSize, instruction: &Instruction) {
        let to = self.target(instruction.rd);
        self.copy(Gpr::Rcx, instruction.rs2);
        self.copy(to, instruction.rs1);
        self.assembler.shift_by_cl(shift(alu), size, to);
        self.set_whole(size, instruction.rd, to);
    }

    /// 1 if the condition holds by the flags, else 0.
    fn set_flag(&mut self, rd: u8, holds: Cond) {
        self.assembler.set(holds, Gpr::Rax);
        self.set(rd, Gpr::Rax);
    }

    /// Where a result is best computed that `set_whole` takes.
    fn workplace(&self, size: OperandSize, rd: u8) -> Gpr {
        match size {
            OperandSize::B64 => self.target(rd),
            OperandSize::B32 => Gpr::Rax,
        }
    }

    /// A register is set to a result, or to one of 32 bits with zeros above, extended by its sign.
    pub(super) fn set_whole(&mut self, size: OperandSize, rd: u8, from: Gpr) {
        if size == OperandSize::B64 {
            return self.set(rd, from);
        }
        let to = self.target(rd);
        self.assembler.extend_sign(to, Operand::Register(from));
        self.set(rd, to);
        if from == Gpr::Rax && to != Gpr::Rax && rd != 0 {
            self.lower_half = Some((rd, self.assembler.position()));
        }
    }
}

/// The operation, and on how many bits.
fn halves(alu: Alu) -> (Alu, OperandSize) {
    let whole = match alu {
        Alu::AddW => Alu::Add,
        Alu::SubW => Alu::Sub,
        Alu::SllW => Alu::Sll,
        Alu::SrlW => Alu::Srl,
        Alu::SraW => Alu::Sra,
        Alu::MulW => Alu::Mul,
        Alu::DivW => Alu::Div,
        Alu::DivuW => Alu::Divu,
        Alu::RemW => Alu::Rem,
        Alu::RemuW => Alu::Remu,
        whole => return (whole, OperandSize::B64),
    };
    (whole, OperandSize::B32)
}

fn shift(alu: Alu) -> Shift {
    match alu {
        Alu::Sll => Shift::Left,
        Alu::Srl => Shift::Right,
        _ => Shift::RightSigned,
    }
}
