//! The state of a program in the making, and the choice of its next item.

use super::data;
use super::kind::Kind;
use super::length::Length;
use super::register_roles::RegisterRoles;
use crate::assembler::{Assembler, Label};
use crate::random::Random;

/// A program in the making.
pub(super) struct Generator {
    pub random: Random,
    pub kind: Kind,
    pub assembler: Assembler,
    pub length: Length,
    pub roles: RegisterRoles,
    /// Registers that no item may write now.
    pub reserved: Vec<u8>,
    pub epilogue: Label,
    pub functions: Vec<Label>,
    pub inner_functions: Vec<Label>,
    pub stdin: Vec<Vec<u8>>,
    /// What items and the epilogue give to COMMIT: a second word of an index has no proof.
    pub committed: [Option<u32>; 8],
}

impl Generator {
    pub(super) fn new(kind: Kind, seed: u64) -> Self {
        let mut random = Random::new(seed ^ (kind as u64) << 62);
        let mut assembler = Assembler::default();
        let epilogue = assembler.label();
        let functions = (0..random.below(4)).map(|_| assembler.label()).collect();
        let inner_functions = (0..random.below(3)).map(|_| assembler.label()).collect();
        let entries = if kind == Kind::Plain { 0 } else { random.below(4) };
        let stdin = (0..entries).map(|_| data::entry(&mut random)).collect();
        let length = Length::pick(&mut random);
        let roles = RegisterRoles::pick(&mut random, kind);
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
            committed: committed(seed),
        }
    }

    /// So many items, each in `depth` loops and branches.
    pub(super) fn items(&mut self, count: i64, depth: u32) {
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

    /// In so many percent of the hostile programs' choices.
    pub(super) fn is_hostile(&mut self, percent: u64) -> bool {
        self.kind == Kind::Hostile && self.random.chance(percent)
    }

    /// Any register, also those with a task of their own.
    pub(super) fn source(&mut self) -> u8 {
        self.random.below(32) as u8
    }

    /// A register that an item may write; a hostile program sometimes takes any.
    pub(super) fn target(&mut self) -> u8 {
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

/// Words for some of the indices.
fn committed(seed: u64) -> [Option<u32>; 8] {
    let mut random = Random::new(!seed);
    std::array::from_fn(|_| random.chance(50).then(|| random.any() as u32))
}
