//! Random programs at the edges: registers, memory, hints and calls.
//!
//! Each does a few things, most of which a proof can show; about half of the programs do nothing
//! else.

mod memory;
mod precompiles;

use attestor_engine_check::operation::{
    ADDI, ALL, AUIPC, BEQ, BGE, BGEU, BLT, BLTU, BNE, JAL, JALR, Operands, Operation, Shape,
};
use attestor_engine_check::random::Random;

use crate::program::{
    Builder, COMMIT, COMMIT_DEFERRED_PROOFS, DATA_BYTES, HALT, Program, T0, T1, WRITE,
};

/// So many in a hundred things are at the wrong side of an edge.
const WRONG: u64 = 9;
/// Registers that the things below do not use for themselves.
const FREE: [u8; 12] = [18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 30, 31];

/// A program in the making.
struct Generator {
    random: Random,
    builder: Builder,
    /// Whether no precompile was called yet.
    is_first_call: bool,
}

/// The program of a seed, always the same one.
#[must_use]
pub fn program(seed: u64) -> Program {
    let mut generator =
        Generator { random: Random::new(seed), builder: Builder::default(), is_first_call: true };
    generator.fill_data();
    for _ in 0..generator.random.between(1, 6) {
        generator.thing();
    }
    generator.end();
    generator.place_code();
    generator.builder.finish(format!("seed_{seed}"))
}

impl Generator {
    fn is_wrong(&mut self) -> bool {
        self.random.chance(WRONG)
    }

    /// Words that precompiles may find: few of them zero.
    fn fill_data(&mut self) {
        for offset in (0..DATA_BYTES).step_by(8) {
            let word = match self.random.below(4) {
                0 => self.random.below(1 << 31),
                1 => self.random.word(),
                _ => 0,
            };
            self.builder.put(offset, &[word]);
        }
    }

    fn about(&mut self, what: &[&'static str]) {
        self.builder.about.extend(what);
    }

    /// Most often so that one of its instructions is the last one of 64 KiB.
    fn place_code(&mut self) {
        let words = self.builder.code.here() as u64;
        if self.random.chance(70) {
            self.builder.code_offset = 0x1_0000 - 4 * self.random.below(words + 2);
        }
    }

    fn thing(&mut self) {
        match self.random.below(10) {
            0 => self.arithmetic(),
            1 | 2 => self.access(),
            3 | 4 => self.hint(),
            5 => self.jump(),
            6 => self.small_call(),
            7 => self.unconstrained(),
            _ => self.precompile(),
        }
    }

    /// Instructions without memory, on any words; the address of code is one of them.
    fn arithmetic(&mut self) {
        let is_plain = |operation: &&Operation| {
            matches!(
                operation.shape,
                Shape::Register | Shape::Immediate | Shape::Shift(_) | Shape::Upper
            )
        };
        let operations: Vec<Operation> = ALL.iter().filter(is_plain).copied().collect();
        for register in FREE {
            let word = self.random.word();
            self.builder.code.constant(register, word);
        }
        for _ in 0..self.random.between(5, 60) {
            let source = |random: &mut Random| match random.chance(50) {
                true => 0,
                false => random.pick(&FREE),
            };
            let (rs1, rs2) = (source(&mut self.random), source(&mut self.random));
            let rd = if self.random.chance(10) { 0 } else { self.random.pick(&FREE) };
            let immediate = match self.random.chance(30) {
                true => self.random.pick(&[0, 1, -1, 2047, -2048, 31, 32, 63]),
                false => self.random.between(-2048, 2047),
            };
            let operation = self.random.pick(&operations);
            self.builder.code.emit(operation, Operands { rd, rs1, rs2, immediate });
        }
    }

    fn jump(&mut self) {
        self.about(&["misaligned_jump"]);
        let odd = if self.is_wrong() { 2 } else { 0 };
        let code = &mut self.builder.code;
        match self.random.below(4) {
            0 => {
                code.emit(AUIPC, Operands { rd: T1, ..Operands::default() });
                code.immediate(JALR, 1, T1, 8 + odd + self.random.between(0, 1));
            }
            1 => code.emit(JAL, Operands { rd: 1, immediate: 4 + odd, ..Operands::default() }),
            2 => {
                let operation = self.random.pick(&[BEQ, BGE, BGEU]);
                code.emit(operation, Operands { immediate: 4 + odd, ..Operands::default() });
            }
            // Not taken.
            _ => {
                let immediate = self.random.pick(&[2, 4, 6, -2, 4094, -4096]);
                let operation = self.random.pick(&[BNE, BLT, BLTU]);
                code.emit(operation, Operands { immediate, ..Operands::default() });
            }
        }
        self.branches();
        self.builder.code.immediate(ADDI, FREE[0], 0, 1);
    }

    /// To the next instruction, whether taken or not, on any words.
    fn branches(&mut self) {
        for _ in 0..self.random.below(8) {
            let operation = self.random.pick(&[BEQ, BNE, BLT, BGE, BLTU, BGEU]);
            let (rs1, rs2) = (self.random.pick(&FREE), self.random.pick(&FREE));
            for register in [rs1, rs2] {
                let word = self.random.word();
                self.builder.code.constant(register, word);
            }
            let operands = Operands { rs1, rs2, immediate: 4, ..Operands::default() };
            self.builder.code.emit(operation, operands);
        }
    }

    fn small_call(&mut self) {
        match self.random.below(5) {
            0 => {
                self.about(&["commit_conflict"]);
                let word = if self.is_wrong() { 7 } else { self.builder.digest_word(3) };
                self.builder.call(COMMIT, &[3, word]);
            }
            1 => {
                self.about(&["deferred_index"]);
                let index = if self.is_wrong() { self.random.word() } else { self.random.below(8) };
                self.builder.call(COMMIT_DEFERRED_PROOFS, &[index, 0]);
            }
            2 => {
                self.about(&["call_number"]);
                let high = if self.is_wrong() { self.random.word() >> 32 << 32 } else { 0 };
                let address = self.address();
                self.builder.call(high | WRITE, &[self.random.pick(&[1, 2, 99]), address, 8]);
            }
            3 => {
                let high = self.random.word() >> 32 << 32;
                self.builder.call(high | 0xf0, &[]);
            }
            _ => self.builder.call(WRITE, &[14, crate::program::DATA, self.random.below(40)]),
        }
    }

    fn unconstrained(&mut self) {
        let address = self.random.pick(&[0, 8, 0xfff8, 1 << 16, crate::program::HEAP]);
        let odd = self.random.chance(30);
        self.builder.unconstrained(|builder| {
            builder.store_word(address, 7);
            builder.load_word(address);
            if odd {
                builder.code.emit(JAL, Operands { rd: 1, immediate: 6, ..Operands::default() });
                builder.code.emit(AUIPC, Operands { rd: T1, ..Operands::default() });
                builder.code.immediate(JALR, 1, T1, 6);
            }
        });
    }

    /// As an honest program, or not quite.
    fn end(&mut self) {
        self.builder.commit();
        if !self.is_wrong() {
            self.builder.commit_deferred();
        }
        self.about(&["deferred_missing", "exit_code"]);
        let a0 = match self.random.below(50) {
            0 => self.random.word(),
            1 => self.random.any() >> 32 << 32,
            _ => 0,
        };
        let high = if self.random.chance(2) { 1 << 32 } else { 0 };
        self.builder.call(high | HALT, &[a0]);
        self.builder.code.immediate(ADDI, T0, 0, 0);
    }
}
