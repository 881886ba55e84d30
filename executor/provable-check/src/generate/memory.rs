//! Loads, stores and hints, most of them in one small window.

use attestor_engine_check::operation::{ALL, Operation, Shape};

use super::Generator;
use crate::program::{BSS, BSS_BYTES, CODE, DATA, HEAP, HINT_READ, T1, T2};

/// In which hints, loads and stores meet.
const WINDOW_WORDS: u64 = 12;

impl Generator {
    /// Where something can be, or is not allowed to be.
    pub(super) fn address(&mut self) -> u64 {
        if self.is_wrong() {
            return self.random.pick(&[0, 8, 24, 256, 0x8000, 0xfff8, 1 << 40, 1 << 48]);
        }
        match self.random.below(8) {
            0 => self.random.pick(&[1 << 16, (1 << 40) - 8, CODE, BSS + BSS_BYTES - 8]),
            1 => DATA + 8 * self.random.below(150),
            2 => self.random.pick(&[DATA - 8, BSS - 8, BSS, BSS + BSS_BYTES]),
            _ => HEAP + 8 * self.random.below(WINDOW_WORDS),
        }
    }

    pub(super) fn access(&mut self) {
        self.about(&["low_address"]);
        let is_access =
            |operation: &&Operation| matches!(operation.shape, Shape::Load(_) | Shape::Store(_));
        let operations: Vec<Operation> = ALL.iter().filter(is_access).copied().collect();
        for _ in 0..self.random.between(1, 4) {
            let operation = self.random.pick(&operations);
            let address = self.address();
            let value = self.random.word();
            let offset = self.random.pick(&[0, 8, -8, 2040, -2048]);
            let code = &mut self.builder.code;
            code.constant(T1, address.wrapping_sub(offset as u64));
            match operation.shape {
                Shape::Load(bytes) => {
                    let within = (8 - bytes) as i64 & -i64::from(self.random.chance(50));
                    let to = if self.random.chance(10) { 0 } else { T2 };
                    code.immediate(operation, to, T1, (offset + within).min(2047));
                }
                _ => {
                    code.constant(T2, if self.random.chance(40) { 0 } else { value });
                    code.store(operation, T2, T1, offset);
                }
            }
        }
    }

    /// HINT_READ of an entry that is there; the stdin is in the order of the code.
    pub(super) fn hint(&mut self) {
        self.about(&["hint_low", "hint_over_memory"]);
        let length: u64 = self.random.pick(&[0, 1, 5, 7, 8, 8, 9, 16, 16, 23, 24]);
        if length.is_multiple_of(8) {
            self.about(&["hint_tail"]);
        }
        let fill = self.random.pick(&[0, 0, 1, 0xff]);
        self.builder.stdin.push(vec![fill; length as usize]);
        let address = self.address();
        self.builder.call(HINT_READ, &[address, length]);
        if self.random.chance(60) {
            let word = address.wrapping_add(8 * self.random.below(4));
            if (1 << 16..1 << 40).contains(&word) {
                self.builder.load_word(word);
            }
        }
    }
}
