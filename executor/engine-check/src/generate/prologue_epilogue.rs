//! How a program begins and ends.

use super::calls::{COMMIT, COMMIT_DEFERRED_PROOFS, HALT, PUBLIC_VALUES, WRITE};
use super::data::{BYTES, MIDDLE};
use super::generator::Generator;
use super::kind::Kind;
use super::operands;
use crate::elf::DATA;
use crate::operation::{ADDI, LD, LWU, SD};

/// All that can hold something; each has its place in the data.
const REGISTERS: std::ops::Range<u8> = 1..32;
/// Points to the middle of the data in the epilogue: no register that system calls take.
const SHOWN_BASE: u8 = 30;
const DIGEST_WORDS: i64 = 8;

impl Generator {
    /// Registers take words from the data.
    pub(super) fn write_prologue(&mut self) {
        let base = self.roles.base;
        self.assembler.constant(base, DATA + MIDDLE as u64);
        for register in REGISTERS.filter(|register| *register != base) {
            let offset = 8 * i64::from(register) - MIDDLE;
            self.assembler.immediate(LD, register, base, offset);
        }
        self.assembler.constant(self.roles.budget, self.length.budget);
    }

    /// Registers go to the data, the data to the public values, and some of it to the digest.
    pub(super) fn write_epilogue(&mut self) {
        self.assembler.place(self.epilogue);
        for register in REGISTERS {
            let offset = 8 * i64::from(register) - MIDDLE;
            self.assembler.store(SD, register, self.roles.base, offset);
        }
        self.assembler.constant(SHOWN_BASE, DATA + MIDDLE as u64);
        self.system_call(WRITE, &[PUBLIC_VALUES, DATA, BYTES as u64]);
        if self.kind != Kind::Plain {
            self.system_call(WRITE, &[PUBLIC_VALUES, operands::START, operands::BYTES]);
        }
        for word in 0..DIGEST_WORDS {
            match self.committed[word as usize] {
                Some(value) => self.assembler.constant(11, value.into()),
                None => {
                    let offset = 4 * (word + DIGEST_WORDS) - MIDDLE;
                    self.assembler.immediate(LWU, 11, SHOWN_BASE, offset);
                }
            }
            self.assembler.immediate(ADDI, 10, 0, word);
            self.numbered(COMMIT);
        }
        for word in 0..DIGEST_WORDS as u64 {
            self.system_call(COMMIT_DEFERRED_PROOFS, &[word, 0]);
        }
        let exit_code = self.random.pick(&[0, 0, 1, 3, u64::from(u32::MAX), 1 << 32 | 3]);
        // The circuits take no such exit code.
        let exit_code = if self.is_hostile(3) { 1 << 32 } else { exit_code };
        self.system_call(HALT, &[exit_code]);
    }
}
