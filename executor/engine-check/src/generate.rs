//! Random programs that end, as ELFs with their stdin.
//!
//! ```text
//! prologue: registers from the data ‖ items: arithmetic, divisions, idioms, memory, flow, calls ‖
//! epilogue: show all
//! ```
//!
//! Each jump back counts a register down and leaves for the epilogue at zero, so that a program
//! ends; only a hostile one may jump past that. The epilogue stores the registers and writes the
//! data to the public values: two engines whose public values agree did the same.
//!
//! Most programs are short and want their code compiled at its first entries, so that a program of
//! some thousand cycles shows what compiled code does. A few are long, and run as a job does.

mod arithmetic;
mod calls;
mod data;
mod division;
mod ends;
mod flow;
mod idioms;
mod length;
mod memory;
mod precompiles;
mod roles;

use engine::Mode;

use crate::assembler::{Assembler, Label};
use crate::random::Random;
use length::Length;
use roles::Roles;

/// What a program may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Compute and halt: runs on every engine.
    Plain,
    /// Make system calls as a program should.
    Calling,
    /// Anything: wild pointers, wild jumps, odd calls.
    Hostile,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Plain, Self::Calling, Self::Hostile];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Calling => "calling",
            Self::Hostile => "hostile",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A program with its input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    pub elf: Vec<u8>,
    pub stdin: Vec<Vec<u8>>,
    /// How our engine shall run it, beside interpreting it.
    pub mode: Mode,
}

/// A program in the making.
struct Generator {
    random: Random,
    kind: Kind,
    assembler: Assembler,
    length: Length,
    roles: Roles,
    /// Registers that no item may write now.
    reserved: Vec<u8>,
    epilogue: Label,
    functions: Vec<Label>,
    inner_functions: Vec<Label>,
    stdin: Vec<Vec<u8>>,
    /// How many stdin entries the code has read so far, at most.
    entries_read: u64,
}

/// The program of a seed, always the same one.
pub fn program(kind: Kind, seed: u64) -> Generated {
    let mut generator = Generator::new(kind, seed);
    generator.begin();
    let items = generator.random.between(4, 40);
    generator.items(items, 0);
    generator.end();
    generator.bodies();
    let data = data::bytes(&mut generator.random);
    Generated {
        elf: crate::elf::elf(&generator.assembler.finish(), &data),
        stdin: generator.stdin,
        mode: generator.length.mode,
    }
}

impl Generator {
    fn new(kind: Kind, seed: u64) -> Self {
        let mut random = Random::new(seed ^ (kind as u64) << 62);
        let mut assembler = Assembler::default();
        let epilogue = assembler.label();
        let functions = (0..random.below(4)).map(|_| assembler.label()).collect();
        let inner_functions = (0..random.below(3)).map(|_| assembler.label()).collect();
        let entries = if kind == Kind::Plain { 0 } else { random.below(4) };
        let stdin = (0..entries).map(|_| data::entry(&mut random)).collect();
        let length = Length::pick(&mut random);
        let roles = Roles::pick(&mut random, kind);
        Self {
            random,
            kind,
            assembler,
            length,
            reserved: roles.always_reserved(),
            roles,
            epilogue,
            functions,
            inner_functions,
            stdin,
            entries_read: 0,
        }
    }

    /// So many items, each in `depth` loops and branches.
    fn items(&mut self, count: i64, depth: u32) {
        for _ in 0..count {
            self.item(depth);
        }
    }

    fn item(&mut self, depth: u32) {
        match self.random.below(100) {
            0..=38 => self.arithmetic(),
            39..=45 => self.idiom(),
            46..=50 => self.division(),
            51 if depth < 2 => self.long_block(),
            52..=77 => self.memory(),
            78..=92 => self.flow(depth),
            93..=97 if self.kind != Kind::Plain => self.call(depth),
            98 if self.kind == Kind::Hostile => self.hostile(),
            _ => self.arithmetic(),
        }
    }

    /// More instructions without a jump than a region has.
    fn long_block(&mut self) {
        let count = self.random.between(30, 300);
        for _ in 0..count {
            match self.random.below(10) {
                0..=6 => self.arithmetic(),
                _ => self.memory(),
            }
        }
    }

    /// Any register, also those with a task of their own.
    fn source(&mut self) -> u8 {
        self.random.below(32) as u8
    }

    /// A register that an item may write; a hostile program sometimes takes any.
    fn target(&mut self) -> u8 {
        if self.kind == Kind::Hostile && self.random.below(400) == 0 {
            return self.source();
        }
        loop {
            let register = self.source();
            if !self.reserved.contains(&register) {
                return register;
            }
        }
    }
}

#[cfg(test)]
mod tests;
