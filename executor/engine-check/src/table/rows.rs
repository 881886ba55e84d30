//! A case: one body of instructions, run for rows of values.

use crate::assembler::{Assembler, Label};
use crate::elf::{DATA, elf};
use crate::operation::{ADDI, BEQ, SD};

/// A program whose public values are known.
pub struct Case {
    pub name: String,
    pub elf: Vec<u8>,
    pub expected: Vec<u8>,
}

/// How often a case goes through its values: more often than any engine waits to compile.
const ROUNDS: i64 = 2047;
/// Where results go, after the values of any case.
const RESULTS: u64 = DATA + 0x1_0000;
/// Registers of every case.
pub(super) const VALUES: u8 = 10;
const OUTPUT: u8 = 11;
const VALUES_LEFT: u8 = 12;
const ROUNDS_LEFT: u8 = 13;
const WRITE: u64 = 2;
const PUBLIC_VALUES: u64 = 13;

/// A case in the making: its body runs once for each row of values.
pub(super) struct Rows {
    pub assembler: Assembler,
    top: Label,
    round: Label,
    rows: usize,
    words_per_row: usize,
    results_per_row: i64,
}

impl Rows {
    /// In the body, `VALUES` points to a row of `words_per_row` words.
    pub(super) fn begin(rows: usize, words_per_row: usize) -> Self {
        let mut assembler = Assembler::default();
        let (top, round) = (assembler.label(), assembler.label());
        let rounds = (ROUNDS / rows as i64).max(1) + 1;
        assembler.constant(ROUNDS_LEFT, rounds as u64);
        assembler.place(round);
        assembler.constant(VALUES, DATA);
        assembler.constant(OUTPUT, RESULTS);
        assembler.constant(VALUES_LEFT, rows as u64);
        assembler.place(top);
        Self { assembler, top, round, rows, words_per_row, results_per_row: 0 }
    }

    /// Add a register to the results of this row.
    pub(super) fn result(&mut self, register: u8) {
        self.assembler.store(SD, register, OUTPUT, 0);
        self.assembler.immediate(ADDI, OUTPUT, OUTPUT, 8);
        self.results_per_row += 1;
    }

    pub(super) fn end(mut self, name: &str, values: &[u64], expected: &[u64]) -> Case {
        assert_eq!(values.len(), self.rows * self.words_per_row, "{name}: rows of values");
        assert_eq!(expected.len() as i64, self.rows as i64 * self.results_per_row, "{name}");
        let assembler = &mut self.assembler;
        assembler.immediate(ADDI, VALUES, VALUES, 8 * self.words_per_row as i64);
        for (left, place) in [(VALUES_LEFT, self.top), (ROUNDS_LEFT, self.round)] {
            let done = assembler.label();
            assembler.immediate(ADDI, left, left, -1);
            assembler.branch(BEQ, left, 0, done);
            assembler.jump(0, place);
            assembler.place(done);
        }
        halt_with(assembler, 8 * expected.len() as u64);
        let bytes = |words: &[u64]| words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let data: Vec<u8> = bytes(values);
        Case {
            name: name.to_owned(),
            elf: elf(&self.assembler.finish(), &data),
            expected: bytes(expected),
        }
    }
}

/// Write so many bytes of results, and halt.
fn halt_with(assembler: &mut Assembler, bytes: u64) {
    for (register, value) in [(5, WRITE), (10, PUBLIC_VALUES), (11, RESULTS), (12, bytes)] {
        assembler.constant(register, value);
    }
    assembler.ecall();
    assembler.constant(5, 0);
    assembler.constant(10, 0);
    assembler.ecall();
}
