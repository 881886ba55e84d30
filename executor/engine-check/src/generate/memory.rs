//! Loads and stores.

use super::{BASE, Generator, SCRATCH};
use crate::operation::{ADD, ALL, ANDI, Operation, Shape};

fn accesses(operation: &Operation) -> bool {
    matches!(operation.shape, Shape::Load(_) | Shape::Store(_))
}

impl Generator {
    fn any_access(&mut self) -> Operation {
        loop {
            let operation = self.random.pick(ALL);
            if accesses(&operation) {
                return operation;
            }
        }
    }

    pub(super) fn memory(&mut self) {
        let operation = self.any_access();
        if self.random.chance(70) {
            let offset = self.random.between(-2048, 2047);
            self.access(operation, BASE, offset);
        } else {
            self.computed_access(operation);
        }
    }

    /// At an address that depends on a register.
    fn computed_access(&mut self, operation: Operation) {
        let index = self.source();
        self.assembler.immediate(ANDI, SCRATCH, index, 0x3f8);
        self.assembler.register(ADD, SCRATCH, SCRATCH, BASE);
        let offset = self.random.between(-1024, 1016);
        self.access(operation, SCRATCH, offset);
    }

    /// Aligned, but in a hostile program sometimes not.
    fn access(&mut self, operation: Operation, base: u8, offset: i64) {
        let (Shape::Load(bytes) | Shape::Store(bytes)) = operation.shape else {
            unreachable!("{} accesses no memory", operation.name);
        };
        let odd = self.kind == super::Kind::Hostile && self.random.below(150) == 0;
        let offset = if odd { offset } else { offset & -(bytes as i64) };
        self.access_at(operation, base, offset);
    }

    /// Wherever a register points.
    pub(super) fn wild_access(&mut self) {
        let operation = self.any_access();
        let (base, offset) = (self.source(), self.random.between(-16, 16));
        self.access_at(operation, base, offset);
    }

    fn access_at(&mut self, operation: Operation, base: u8, offset: i64) {
        if matches!(operation.shape, Shape::Load(_)) {
            let target = self.target();
            self.assembler.immediate(operation, target, base, offset);
        } else {
            let source = self.source();
            self.assembler.store(operation, source, base, offset);
        }
    }
}
