//! Instructions that only compute.

use super::Generator;
use crate::operation::{ALL, Operands, Operation, Shape};

/// Whether the instruction touches neither memory nor the program counter.
pub fn computes(operation: &Operation) -> bool {
    matches!(operation.shape, Shape::Register | Shape::Immediate | Shape::Shift(_) | Shape::Upper)
}

impl Generator {
    pub(super) fn arithmetic(&mut self) {
        let operation = loop {
            let operation = self.random.pick(ALL);
            if computes(&operation) {
                break operation;
            }
        };
        let operands = Operands {
            rd: self.target(),
            rs1: self.source(),
            rs2: self.source(),
            immediate: self.random_immediate(operation.shape),
        };
        self.assembler.emit(operation, operands);
    }

    fn random_immediate(&mut self, shape: Shape) -> i64 {
        match shape {
            Shape::Upper => self.random.word() as i64 & 0xf_ffff,
            Shape::Shift(bits) => self.random.between(0, (1 << bits) - 1),
            _ => {
                let any = self.random.between(-2048, 2047);
                self.random.pick(&[any, any, 0, 1, -1, -2048, 2047])
            }
        }
    }
}
