//! Instructions that only compute.

use super::generator::Generator;
use crate::operation::{ALL, Operands, Operation, Shape};

/// Whether the instruction touches neither memory nor the program counter.
pub(super) fn computes(operation: &Operation) -> bool {
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
        let immediate = self.random_immediate(operation.shape);
        let operands = self.operands(immediate);
        self.assembler.emit(operation, operands);
    }

    /// Any registers, often one of them twice or x0.
    pub(super) fn operands(&mut self, immediate: i64) -> Operands {
        let (rd, rs1, rs2) = (self.target(), self.source(), self.source());
        let (rs1, rs2) = match self.random.below(16) {
            0 => (rd, rs2),
            1 => (rs1, rd),
            2 => (rd, rd),
            3 => (rs1, rs1),
            4 => (0, rs2),
            5 => (rs1, 0),
            6 => (rd, 0),
            7 => (0, rd),
            _ => (rs1, rs2),
        };
        Operands { rd, rs1, rs2, immediate }
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
