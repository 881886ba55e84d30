//! Divisions, most of them by a value that stays.

use super::generator::Generator;
use crate::operation::{
    ADDI, DIV, DIVU, DIVUW, DIVW, LD, Operands, Operation, REM, REMU, REMUW, REMW,
};

const DIVISIONS: [Operation; 8] = [DIV, DIVU, REM, REMU, DIVW, DIVUW, REMW, REMUW];
/// Divisors with a case of their own, or next to one.
const EDGE_VALUES: [u64; 14] = [
    0,
    1,
    u64::MAX,
    2,
    3,
    7,
    10,
    u32::MAX as u64,
    1 << 31,
    i32::MIN as i64 as u64,
    i32::MAX as u64,
    i64::MIN as u64,
    i64::MAX as u64,
    1 << 32,
];

impl Generator {
    /// A divisor: an edge value, around a power of two of either sign, or any.
    pub(super) fn divisor_value(&mut self) -> u64 {
        let power = 1_u64 << self.random.below(64);
        match self.random.below(8) {
            0..=2 => self.random.pick(&EDGE_VALUES),
            3 => power,
            4 => power.wrapping_neg(),
            5 => power.wrapping_add(self.random.below(3)).wrapping_sub(1),
            6 => self.random.below(2000),
            _ => self.random.word(),
        }
    }

    pub(super) fn division(&mut self) {
        let divisor = self.target();
        self.set_divisor(divisor);
        let count = self.random.between(1, 3);
        for _ in 0..count {
            self.divide_by(divisor);
        }
    }

    /// A constant, or a word of the data, which a store may change.
    pub(super) fn set_divisor(&mut self, register: u8) {
        if self.random.chance(80) {
            let value = self.divisor_value();
            self.assembler.constant(register, value);
        } else {
            let offset = 8 * self.random.between(-256, 255);
            self.assembler.immediate(LD, register, self.roles.base, offset);
        }
    }

    /// Any division of anything; at times of what the divisor is, or of an edge value.
    pub(super) fn divide_by(&mut self, divisor: u8) {
        let operation = self.random.pick(&DIVISIONS);
        let rd = self.target();
        let mut rs1 = self.source();
        match self.random.below(10) {
            0 => rs1 = divisor,
            1 => rs1 = rd,
            2 if !self.reserved.contains(&rs1) && rs1 != divisor => {
                let dividend = self.random.word();
                self.assembler.constant(rs1, dividend);
            }
            _ => {}
        }
        self.assembler.emit(operation, Operands { rd, rs1, rs2: divisor, immediate: 0 });
    }

    /// A loop that divides by what it does not write, within one that may write it.
    pub(super) fn division_loop(&mut self, depth: u32) {
        let divisor = self.target();
        self.set_divisor(divisor);
        self.reserved.push(divisor);
        self.repeat(|generator| {
            let (count, others) = (generator.random.between(1, 5), generator.random.between(0, 3));
            for _ in 0..count {
                generator.divide_by(divisor);
            }
            generator.items(others, depth + 1);
            if generator.random.chance(15) {
                generator.assembler.immediate(ADDI, divisor, divisor, -1);
            }
        });
        self.reserved.pop();
    }
}
