//! The three preprocessed tables of the RISC-V machine, as one sequence of coefficients.
//!
//! Source: `generate_preprocessed_trace` of the chips Byte, Program and Range in sp1-core-machine
//! 6.10.0. Tables follow each other by name, columns within a table by position, rows last.

use std::ops::Range;

use sp1_core_executor::{Instruction, Program};

use crate::columns::{Columns, LOG_HEIGHT};

const BYTE_ROWS: usize = 1 << 16;
const BYTE_WIDTH: usize = 7;
const PROGRAM_WIDTH: usize = 16;
const RANGE_ROWS: usize = 1 << 17;
const RANGE_WIDTH: usize = 2;
/// The program table's rows are padded to a multiple of this with the first one.
const ROW_MULTIPLE: usize = 32;

/// The tables of one program.
pub(crate) struct Tables<'a> {
    program: &'a Program,
    program_rows: usize,
}

impl<'a> Tables<'a> {
    /// Panics when the program has no instructions or an address above 2^48.
    pub(crate) fn new(program: &'a Program) -> Self {
        let instructions = program.instructions.len();
        assert!(instructions > 0, "the program has no instructions");
        let end = program.pc_base.saturating_add(4 * instructions as u64);
        assert!(end <= 1 << 48, "the program's code ends above 2^48");
        Self { program, program_rows: instructions.next_multiple_of(ROW_MULTIPLE) }
    }

    /// Rows and columns of each table.
    pub(crate) fn shapes(&self) -> [(usize, usize); 3] {
        [(BYTE_ROWS, BYTE_WIDTH), (self.program_rows, PROGRAM_WIDTH), (RANGE_ROWS, RANGE_WIDTH)]
    }

    /// The number of coefficients, without padding.
    pub(crate) fn area(&self) -> usize {
        self.shapes().iter().map(|(rows, width)| rows * width).sum()
    }

    fn write_column(&self, table: usize, column: usize, rows: Range<usize>, into: &mut [u32]) {
        for (place, row) in into.iter_mut().zip(rows) {
            *place = match table {
                0 => byte_value(column, row as u32),
                1 => self.program_value(column, row),
                _ => range_value(column, row as u32),
            };
        }
    }

    fn program_value(&self, column: usize, row: usize) -> u32 {
        let index = if row < self.program.instructions.len() { row } else { 0 };
        let instruction = &self.program.instructions[index];
        let limb = |value: u64, first: usize| (value >> (16 * (column - first))) as u32 & 0xffff;
        match column {
            0..3 => limb(self.program.pc_base + 4 * index as u64, 0),
            5..9 => limb(instruction.op_b, 5),
            9..13 => limb(instruction.op_c, 9),
            _ => instruction_value(column, instruction),
        }
    }
}

fn instruction_value(column: usize, instruction: &Instruction) -> u32 {
    match column {
        3 => instruction.opcode as u32,
        4 => instruction.op_a.into(),
        13 => (instruction.op_a == 0).into(),
        14 => instruction.imm_b.into(),
        _ => instruction.imm_c.into(),
    }
}

/// Row b * 2^8 + c: the operands, and what the machine looks up of them.
fn byte_value(column: usize, row: u32) -> u32 {
    let (b, c) = (row >> 8, row & 0xff);
    match column {
        0 => b,
        1 => c,
        2 => b & c,
        3 => b | c,
        4 => b ^ c,
        5 => (b < c).into(),
        _ => b >> 7,
    }
}

/// Row 2^bits + a: a number of so many bits, and their count. Row 0 is empty.
fn range_value(column: usize, row: u32) -> u32 {
    match (row.checked_ilog2(), column) {
        (None, _) => 0,
        (Some(bits), 0) => row - (1 << bits),
        (Some(bits), _) => bits,
    }
}

impl Columns for Tables<'_> {
    fn log_height(&self) -> u32 {
        LOG_HEIGHT
    }

    fn count(&self) -> usize {
        self.area().div_ceil(1 << LOG_HEIGHT)
    }

    fn write(&self, index: usize, into: &mut [u32]) {
        let (start, end) = (index << LOG_HEIGHT, (index + 1) << LOG_HEIGHT);
        let mut first = 0;
        for (table, (rows, width)) in self.shapes().into_iter().enumerate() {
            for column in 0..width {
                let (from, to) = (first.max(start), (first + rows).min(end));
                if from < to {
                    let place = &mut into[from - start..to - start];
                    self.write_column(table, column, from - first..to - first, place);
                }
                first += rows;
            }
        }
    }
}

#[cfg(test)]
mod tests;
