//! Programs in the making: an assembler, a data segment with a .bss, and the calls of an honest end.

use std::collections::BTreeSet;

use attestor_engine_check::assembler::Assembler;
use attestor_engine_check::elf;
pub use attestor_engine_check::elf::{CODE, DATA};
use attestor_engine_check::operation::{BEQ, LD, Operation, SD};
use sha2::{Digest, Sha256};

pub const T0: u8 = 5;
pub const T1: u8 = 6;
pub const T2: u8 = 7;
pub const A0: u8 = 10;

pub const HALT: u64 = 0;
pub const WRITE: u64 = 2;
pub const ENTER_UNCONSTRAINED: u64 = 3;
pub const EXIT_UNCONSTRAINED: u64 = 4;
pub const COMMIT: u64 = 0x10;
pub const COMMIT_DEFERRED_PROOFS: u64 = 0x1a;
pub const HINT_LEN: u64 = 0xf0;
pub const HINT_READ: u64 = 0xf1;

/// Bytes of the data segment in the file, and of zeros behind them: few, as each word is a message
/// between shards, and those are what an answer spends its time on.
pub const DATA_BYTES: u64 = 0x480;
pub const BSS_BYTES: u64 = 0x100;
pub const BSS: u64 = DATA + DATA_BYTES;
/// Memory that nothing touches by itself.
pub const HEAP: u64 = 1 << 32;

/// A program with its stdin.
#[derive(Clone)]
pub struct Program {
    pub name: String,
    pub elf: Vec<u8>,
    pub stdin: Vec<Vec<u8>>,
    /// The codes of the rules and the names of the calls that it is about, on whichever side.
    pub about: BTreeSet<&'static str>,
}

/// A program in the making.
pub struct Builder {
    pub code: Assembler,
    pub data: Vec<u8>,
    pub stdin: Vec<Vec<u8>>,
    pub public_values: Vec<u8>,
    /// How far the code is above `CODE`: its own jumps are all relative.
    pub code_offset: u64,
    /// The same of the data.
    pub data_offset: u64,
    /// Of the data in memory, with the zeros behind.
    pub memory_bytes: u64,
    pub about: BTreeSet<&'static str>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            code: Assembler::default(),
            data: vec![0; DATA_BYTES as usize],
            stdin: vec![],
            public_values: vec![],
            code_offset: 0,
            data_offset: 0,
            memory_bytes: DATA_BYTES + BSS_BYTES,
            about: BTreeSet::new(),
        }
    }
}

/// Where the file's fields are. Source: System V ABI, chapters 4 and 5, 64-bit forms.
const ENTRY: usize = 24;
const CODE_ADDRESS: usize = 64 + 16;
const DATA_ADDRESS: usize = 64 + 56 + 16;
const DATA_MEMORY_BYTES: usize = 64 + 56 + 40;

impl Builder {
    /// Words into the data segment; gives their address.
    pub fn put(&mut self, offset: u64, words: &[u64]) -> u64 {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.data[offset as usize..][..bytes.len()].copy_from_slice(&bytes);
        DATA + offset
    }

    /// A system call with arguments from a0 on.
    pub fn call(&mut self, number: u64, arguments: &[u64]) {
        for (register, value) in (A0..).zip(arguments) {
            self.code.constant(register, *value);
        }
        self.code.constant(T0, number);
        self.code.ecall();
    }

    pub fn load(&mut self, operation: Operation, address: u64) {
        self.code.constant(T1, address);
        self.code.immediate(operation, T2, T1, 0);
    }

    pub fn load_word(&mut self, address: u64) {
        self.load(LD, address);
    }

    pub fn store_word(&mut self, address: u64, value: u64) {
        self.code.constant(T1, address);
        self.code.constant(T2, value);
        self.code.store(SD, T2, T1, 0);
    }

    /// A block that is executed, undone, and then jumped over.
    pub fn unconstrained(&mut self, body: impl FnOnce(&mut Self)) {
        self.call(ENTER_UNCONSTRAINED, &[]);
        let behind = self.code.label();
        self.code.branch(BEQ, T0, 0, behind);
        body(self);
        self.call(EXIT_UNCONSTRAINED, &[]);
        self.code.place(behind);
    }

    /// The word of the public values' digest.
    pub fn digest_word(&self, index: usize) -> u64 {
        let digest = Sha256::digest(&self.public_values);
        let bytes = digest[4 * index..][..4].try_into().expect("four bytes");
        u32::from_le_bytes(bytes).into()
    }

    pub fn commit(&mut self) {
        for index in 0..8 {
            self.call(COMMIT, &[index, self.digest_word(index as usize)]);
        }
    }

    pub fn commit_deferred(&mut self) {
        self.call(COMMIT_DEFERRED_PROOFS, &[0, 0]);
    }

    /// As SP1's runtime ends a program.
    pub fn end(&mut self) {
        self.commit();
        self.commit_deferred();
        self.call(HALT, &[0]);
    }

    pub fn finish(self, name: impl Into<String>) -> Program {
        let mut elf = elf::elf(&self.code.finish(), &self.data);
        let (code, data) = (CODE + self.code_offset, DATA + self.data_offset);
        for (field, value) in [
            (ENTRY, code),
            (CODE_ADDRESS, code),
            (DATA_ADDRESS, data),
            (DATA_MEMORY_BYTES, self.memory_bytes),
        ] {
            elf[field..field + 8].copy_from_slice(&value.to_le_bytes());
        }
        Program { name: name.into(), elf, stdin: self.stdin, about: self.about }
    }
}
