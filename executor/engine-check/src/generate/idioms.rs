//! Sequences as compilers write them, which an engine may take as one.

use super::generator::Generator;
use crate::elf::DATA;
use crate::operation::{
    ADD, ADDI, ADDIW, ANDI, AUIPC, BEQ, BNE, DIV, DIVU, DIVUW, DIVW, LD, LUI, MUL, MULH, MULHSU,
    MULHU, OR, Operands, REM, REMU, REMUW, REMW, SD, SLLI, SLT, SLTIU, SLTU, SRAI, SRLI, SUB, XORI,
};

impl Generator {
    pub(super) fn idiom(&mut self) {
        match self.random.below(10) {
            0..=1 => self.constant_in_use(),
            2 => self.extension(),
            3 => self.alias(),
            4 => self.rotation(),
            5 => self.pair_of_results(),
            6 => self.comparison_and_branch(),
            7 => self.index(),
            8 => self.absolute_access(),
            _ => self.address_of_code(),
        }
    }

    /// `lui`, `addi` and `slli` in chains, and something made of it.
    fn constant_in_use(&mut self) {
        let (register, value) = (self.target(), self.random.word());
        self.assembler.constant(register, value);
        let operands = Operands { rs1: register, ..self.operands(1) };
        let operation = self.random.pick(&[ADD, SUB, MUL, OR, SLTU, SLT]);
        self.assembler.emit(operation, operands);
    }

    /// The lower bits, with zeros or the sign above them.
    fn extension(&mut self) {
        let (rd, rs1) = (self.target(), self.source());
        let bits = self.random.between(0, 63);
        let amount = self.random.pick(&[32, 48, 56, bits]);
        let right = self.random.pick(&[SRLI, SRAI]);
        self.assembler.immediate(SLLI, rd, rs1, amount);
        self.assembler.immediate(right, rd, rd, amount);
    }

    /// What has a name of its own in assembly: a move, a negation, a test for zero.
    fn alias(&mut self) {
        let (rd, rs) = (self.target(), self.source());
        match self.random.below(8) {
            0 => self.assembler.immediate(ADDI, rd, rs, 0),
            1 => self.assembler.immediate(ADDIW, rd, rs, 0),
            2 => self.assembler.immediate(ANDI, rd, rs, 255),
            3 => self.assembler.immediate(XORI, rd, rs, -1),
            4 => self.assembler.immediate(SLTIU, rd, rs, 1),
            5 => self.assembler.register(SLTU, rd, 0, rs),
            6 => self.assembler.register(SUB, rd, 0, rs),
            _ => self.assembler.register(SLT, rd, rs, 0),
        }
    }

    fn rotation(&mut self) {
        let (rd, rs, other) = (self.target(), self.source(), self.target());
        let amount = self.random.between(1, 63);
        self.assembler.immediate(SRLI, other, rs, amount);
        self.assembler.immediate(SLLI, rd, rs, 64 - amount);
        self.assembler.register(OR, rd, rd, other);
    }

    /// Both halves of a product, or quotient and remainder, of the same operands.
    fn pair_of_results(&mut self) {
        let (first, second) = self.random.pick(&[
            (MUL, MULH),
            (MULHU, MUL),
            (MULHSU, MUL),
            (DIV, REM),
            (REMU, DIVU),
            (DIVW, REMW),
            (REMUW, DIVUW),
        ]);
        let operands = self.operands(0);
        let rd = self.target();
        self.assembler.emit(first, operands);
        self.assembler.emit(second, Operands { rd, ..operands });
    }

    fn comparison_and_branch(&mut self) {
        let after = self.assembler.label();
        let operands = self.operands(0);
        let (compare, branch) = (self.random.pick(&[SLT, SLTU]), self.random.pick(&[BEQ, BNE]));
        self.assembler.emit(compare, operands);
        self.assembler.branch(branch, operands.rd, 0, after);
        self.arithmetic();
        self.assembler.place(after);
    }

    /// A word of the data by its number.
    fn index(&mut self) {
        let (number, value) = (self.source(), self.target());
        let scratch = self.roles.scratch;
        self.assembler.immediate(ANDI, scratch, number, 0xff);
        self.assembler.immediate(SLLI, scratch, scratch, 3);
        self.assembler.register(ADD, scratch, scratch, self.roles.base);
        self.assembler.immediate(LD, value, scratch, 0);
        self.assembler.immediate(ADDI, value, value, 1);
        self.assembler.store(SD, value, scratch, 0);
    }

    /// `lui` with an access, the low part of the address as its offset.
    fn absolute_access(&mut self) {
        let address = (DATA + 8 * self.random.below(512)) as i64;
        let (register, source) = (self.target(), self.source());
        let operands =
            Operands { rd: register, immediate: (address + 0x800) >> 12, ..<_>::default() };
        if register == 0 {
            return self.arithmetic();
        }
        self.assembler.emit(LUI, operands);
        let low = address << 52 >> 52;
        match self.random.chance(50) {
            true => self.assembler.immediate(LD, register, register, low),
            false => self.assembler.store(SD, source, register, low),
        }
    }

    fn address_of_code(&mut self) {
        let (register, immediate) = (self.target(), self.random.word() as i64 & 0xf_ffff);
        let low = self.random.between(-2048, 2047);
        self.assembler.emit(AUIPC, Operands { rd: register, immediate, ..<_>::default() });
        self.assembler.immediate(ADDI, register, register, low);
    }
}
