//! Words of code with labels in place of offsets.

mod lengthen;

use crate::elf::CODE;
use crate::operation::{ADDI, ADDIW, ECALL, JAL, JALR, LUI, Operands, Operation, SLLI, Shape};

/// A place in the code, set once with `Assembler::place`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(usize);

/// What a word's immediate takes of a label's address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Distance,
    /// Bits 12 and up, rounded so that the low part completes them.
    High,
    /// Bits 0 to 11, signed.
    Low,
}

/// A word whose immediate waits for a label.
struct Waiting {
    index: usize,
    operation: Operation,
    operands: Operands,
    label: Label,
    part: Part,
}

/// Code in the making.
#[derive(Default)]
pub struct Assembler {
    words: Vec<u32>,
    labels: Vec<Option<usize>>,
    waiting: Vec<Waiting>,
}

impl Assembler {
    pub fn emit(&mut self, operation: Operation, operands: Operands) {
        self.words.push(operation.encode(operands));
    }

    pub fn emit_word(&mut self, word: u32) {
        self.words.push(word);
    }

    pub fn register(&mut self, operation: Operation, rd: u8, rs1: u8, rs2: u8) {
        self.emit(operation, Operands { rd, rs1, rs2, immediate: 0 });
    }

    /// Also of loads, shifts, and `jalr`.
    pub fn immediate(&mut self, operation: Operation, rd: u8, rs1: u8, immediate: i64) {
        self.emit(operation, Operands { rd, rs1, rs2: 0, immediate });
    }

    /// Store `rs2` at `rs1` + `offset`.
    pub fn store(&mut self, operation: Operation, rs2: u8, rs1: u8, offset: i64) {
        self.emit(operation, Operands { rd: 0, rs1, rs2, immediate: offset });
    }

    pub fn ecall(&mut self) {
        self.words.push(ECALL);
    }

    /// Load any constant: as `addi`, `lui` with `addiw`, or in pieces of 11 bits.
    pub fn constant(&mut self, rd: u8, value: u64) {
        let signed = value as i64;
        if (-2048..2048).contains(&signed) {
            self.immediate(ADDI, rd, 0, signed);
        } else if i64::from(signed as i32) == signed {
            let high = (signed.wrapping_add(0x800) >> 12) & 0xf_ffff;
            self.emit(LUI, Operands { rd, immediate: high, ..Operands::default() });
            self.immediate(ADDIW, rd, rd, signed << 52 >> 52);
        } else {
            self.immediate(ADDI, rd, 0, signed >> 55);
            for shift in [44, 33, 22, 11, 0] {
                self.immediate(SLLI, rd, rd, 11);
                self.immediate(ADDI, rd, rd, signed >> shift & 0x7ff);
            }
        }
    }

    pub fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() - 1)
    }

    /// Set `label` to where the next word goes.
    pub fn place(&mut self, label: Label) {
        assert!(self.labels[label.0].is_none(), "a label has one place");
        self.labels[label.0] = Some(self.words.len());
    }

    pub fn branch(&mut self, operation: Operation, rs1: u8, rs2: u8, label: Label) {
        self.wait(operation, Operands { rs1, rs2, ..Operands::default() }, label, Part::Distance);
    }

    pub fn jump(&mut self, rd: u8, label: Label) {
        self.wait(JAL, Operands { rd, ..Operands::default() }, label, Part::Distance);
    }

    /// Load the address of `label` plus `extra` bytes into `rd`.
    pub fn address(&mut self, rd: u8, label: Label, extra: i64) {
        let operands = Operands { rd, rs1: rd, rs2: 0, immediate: extra };
        self.wait(LUI, operands, label, Part::High);
        self.wait(ADDI, operands, label, Part::Low);
    }

    /// Jump to where `rs1` + `offset` points.
    pub fn jump_register(&mut self, rd: u8, rs1: u8, offset: i64) {
        self.immediate(JALR, rd, rs1, offset);
    }

    pub fn here(&self) -> usize {
        self.words.len()
    }

    fn wait(&mut self, operation: Operation, operands: Operands, label: Label, part: Part) {
        self.waiting.push(Waiting { index: self.words.len(), operation, operands, label, part });
        self.words.push(0);
    }

    /// The code, all labels resolved. A branch to a label out of its reach takes two words.
    pub fn finish(mut self) -> Vec<u32> {
        self.lengthen_branches();
        for waiting in std::mem::take(&mut self.waiting) {
            let immediate = self.immediate_of(&waiting);
            let operands = Operands { immediate, ..waiting.operands };
            self.words[waiting.index] = waiting.operation.encode(operands);
        }
        self.words
    }

    fn immediate_of(&self, waiting: &Waiting) -> i64 {
        let address = self.address_for(waiting);
        match waiting.part {
            Part::High => (address + 0x800) >> 12,
            Part::Low => address << 52 >> 52,
            Part::Distance => {
                assert!(self.is_in_reach(waiting), "a label is out of reach");
                address - address_of(waiting.index) as i64
            }
        }
    }

    fn address_for(&self, waiting: &Waiting) -> i64 {
        let target = self.labels[waiting.label.0].expect("a label that is used is placed");
        address_of(target) as i64 + waiting.operands.immediate
    }

    /// Whether a branch or a jump can go where it shall.
    fn is_in_reach(&self, waiting: &Waiting) -> bool {
        let distance = self.address_for(waiting) - address_of(waiting.index) as i64;
        let reach = if waiting.operation.shape == Shape::Branch { 1 << 12 } else { 1 << 20 };
        (-reach..reach).contains(&distance)
    }
}

/// The address of the word with this index.
pub fn address_of(index: usize) -> u64 {
    CODE + 4 * index as u64
}

#[cfg(test)]
mod tests;
