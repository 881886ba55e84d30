//! System calls other than precompiles. Numbers: sp1-core-executor 6.10.0, src/syscall_code.rs.

use super::data::BYTES;
use super::generator::Generator;
use super::kind::Kind;
use crate::elf::DATA;
use crate::operation::{ADD, ADDI, ANDI, BEQ, LD, SD};

pub(super) const HALT: u64 = 0x00;
pub(super) const WRITE: u64 = 0x02;
const ENTER_UNCONSTRAINED: u64 = 0x03;
const EXIT_UNCONSTRAINED: u64 = 0x04;
pub(super) const COMMIT: u64 = 0x10;
pub(super) const COMMIT_DEFERRED_PROOFS: u64 = 0x1a;
const VERIFY_SP1_PROOF: u64 = 0x1b;
const HINT_LEN: u64 = 0xf0;
const HINT_READ: u64 = 0xf1;
pub(super) const PUBLIC_VALUES: u64 = 13;
const HINT: u64 = 14;
const HOOKS: [u64; 7] = [15, 16, 17, 18, 19, 20, 21];
/// Memory that nothing else uses: a word that counts the bytes given to stdin entries, and then those.
const FRESH: u64 = DATA + 0x1_0000;
/// Of one entry, with a word behind it that a hint zeroes.
const ENTRY_BYTES: i64 = 128;
const NUMBER: u8 = 5;
const ARGUMENTS: u8 = 10;

impl Generator {
    pub(super) fn call(&mut self, depth: u32) {
        match self.random.below(20) {
            0..=3 => self.write(),
            4..=6 => self.read_hint(),
            7..=8 => self.unconstrained(depth),
            9 => self.commit(),
            10 => self.hook(),
            _ => self.precompile(),
        }
    }

    /// With constants as arguments.
    pub(super) fn system_call(&mut self, number: u64, arguments: &[u64]) {
        for (register, value) in (ARGUMENTS..).zip(arguments) {
            self.assembler.constant(register, *value);
        }
        self.numbered(number);
    }

    /// With the arguments that are there.
    pub(super) fn numbered(&mut self, number: u64) {
        self.assembler.constant(NUMBER, number);
        self.assembler.ecall();
    }

    /// Of any bytes of the data, to the public values, the stdin, or a file that does not exist.
    fn write(&mut self) {
        let start = self.random.below(BYTES as u64);
        let length = self.random.below(70);
        let absent = self.random.pick(&[0, 3, 12, 22, 1 << 31]);
        let file = self.random.pick(&[PUBLIC_VALUES, PUBLIC_VALUES, HINT, 1, 2, absent]);
        // SP1 looks at the lower half of the number, except for what is printed.
        let upper = if self.random.chance(10) { 1 << 32 } else { 0 };
        self.system_call(WRITE, &[file | upper, DATA + start, length]);
    }

    /// The next entry, if there is one, to where nothing was.
    fn read_hint(&mut self) {
        let none = self.assembler.label();
        self.numbered(HINT_LEN);
        if self.random.chance(30) {
            return;
        }
        self.assembler.immediate(ADDI, ARGUMENTS + 1, NUMBER, 0);
        self.assembler.constant(ARGUMENTS, u64::MAX);
        self.assembler.branch(BEQ, ARGUMENTS, ARGUMENTS + 1, none);
        self.fresh_entry();
        self.numbered(HINT_READ);
        self.assembler.immediate(ADDI, ARGUMENTS + 1, ARGUMENTS, 0);
        self.assembler.constant(ARGUMENTS, PUBLIC_VALUES);
        self.assembler.constant(ARGUMENTS + 2, 96);
        self.numbered(WRITE);
        self.assembler.place(none);
    }

    /// The address of memory for one more entry, also in a loop: no hint goes where something was.
    fn fresh_entry(&mut self) {
        let (address, count) = (ARGUMENTS, ARGUMENTS + 2);
        self.assembler.constant(address, FRESH);
        self.assembler.immediate(LD, count, address, 0);
        self.assembler.immediate(ADDI, count, count, ENTRY_BYTES);
        self.assembler.store(SD, count, address, 0);
        self.assembler.register(ADD, address, address, count);
    }

    /// A block whose registers and memory are forgotten, but not what it writes.
    fn unconstrained(&mut self, depth: u32) {
        let after = self.assembler.label();
        self.numbered(ENTER_UNCONSTRAINED);
        self.assembler.branch(BEQ, NUMBER, 0, after);
        let count = self.random.between(1, 6);
        for _ in 0..count {
            match self.random.below(8) {
                0..=2 => self.arithmetic(),
                3..=5 => self.memory(),
                6 => self.write(),
                _ => self.flow(depth + 1),
            }
        }
        self.numbered(EXIT_UNCONSTRAINED);
        self.assembler.place(after);
    }

    fn commit(&mut self) {
        let word = self.random.below(8);
        match self.committed[word as usize] {
            Some(value) => self.system_call(COMMIT, &[word, value.into()]),
            None => self.arithmetic(),
        }
    }

    /// A hook's answer is hints; what it is asked is seldom valid.
    fn hook(&mut self) {
        let file = self.random.pick(&HOOKS);
        let length = self.random.pick(&[0, 32, 64, 65, 96, 128, 4 + 2 * 32]);
        if self.kind == Kind::Hostile {
            let start = self.random.below(64);
            self.system_call(WRITE, &[file, DATA + 8 * start, length]);
        }
    }

    /// What no honest program does.
    pub(super) fn hostile(&mut self) {
        match self.random.below(12) {
            0..=2 => self.wild_access(),
            3..=5 => self.wild_jump(),
            6 => {
                self.short_length();
                self.assembler.ecall();
            }
            7 => {
                self.short_length();
                let number = self.random.below(0x140);
                self.numbered(number);
            }
            8 => self.odd_commit(),
            9 => {
                let length = self.random.below(40);
                self.system_call(HINT_READ, &[FRESH + length, length]);
            }
            10 => {
                let pointer = self.random.word();
                let length = self.random.below(40);
                self.system_call(WRITE, &[PUBLIC_VALUES, pointer, length]);
            }
            _ => self.odd_end(),
        }
    }

    /// SP1 6.10.0 takes memory for all of a WRITE's length before it looks at it, and aborts.
    fn short_length(&mut self) {
        self.assembler.immediate(ANDI, ARGUMENTS + 2, ARGUMENTS + 2, 0x7ff);
    }

    fn odd_commit(&mut self) {
        let (index, word) = (self.random.below(10), self.random.word());
        self.system_call(COMMIT, &[index, word]);
    }

    fn odd_end(&mut self) {
        let proof = [VERIFY_SP1_PROOF, COMMIT_DEFERRED_PROOFS];
        let number = self.random.pick(&[EXIT_UNCONSTRAINED, HALT, proof[0], proof[1]]);
        self.numbered(number);
    }
}
