//! Loads and stores.

use super::generator::Generator;
use super::kind::Kind;
use crate::elf::DATA;
use crate::operation::{ADD, ADDI, ALL, ANDI, Operation, Shape};

/// Chunks of our engine's memory that nothing is in, and that SP1 has all the same.
const FRESH: u64 = DATA + 0x2_0000;
const CHUNK_BYTES: u64 = 0x1_0000;
const FRESH_CHUNKS: u64 = 14;
/// Below, the circuits have no memory.
const MEMORY_START: u64 = 1 << 16;
const MEMORY_END: u64 = 1 << 40;

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
        match self.random.below(200) {
            0..=119 => {
                let offset = self.offset();
                self.access(operation, self.roles.base, offset);
            }
            120..=159 => self.computed_access(operation),
            160..=190 => self.access_through_any(operation),
            191..=198 => self.fresh_access(operation),
            _ => self.distant_access(operation),
        }
    }

    /// Any that an access may have, often the outermost.
    fn offset(&mut self) -> i64 {
        let any = self.random.between(-2048, 2047);
        self.random.pick(&[any, any, any, any, -2048, 2047, 0, -1])
    }

    /// At an address that depends on a register.
    fn computed_access(&mut self, operation: Operation) {
        let (index, scratch) = (self.source(), self.roles.scratch);
        self.assembler.immediate(ANDI, scratch, index, 0x3f8);
        self.assembler.register(ADD, scratch, scratch, self.roles.base);
        let offset = self.random.between(-1024, 1016);
        self.access(operation, scratch, offset);
    }

    /// Through a register that may also be what is loaded or stored.
    fn access_through_any(&mut self, operation: Operation) {
        let register = self.target();
        if register == 0 {
            return self.computed_access(operation);
        }
        let ahead = 8 * self.random.between(-255, 255);
        self.assembler.immediate(ADDI, register, self.roles.base, ahead);
        let bytes = bytes(operation);
        let offset = self.offset() & -bytes;
        match operation.shape {
            Shape::Load(_) if self.random.chance(40) => {
                self.assembler.immediate(operation, register, register, offset);
            }
            Shape::Store(_) if self.random.chance(40) => {
                self.assembler.store(operation, register, register, offset);
            }
            _ => self.access(operation, register, offset),
        }
    }

    /// Around the start of a chunk that does not exist at first.
    fn fresh_access(&mut self, operation: Operation) {
        let start = FRESH + CHUNK_BYTES * self.random.below(FRESH_CHUNKS);
        let scratch = self.roles.scratch;
        self.assembler.constant(scratch, start);
        let offset = self.random.pick(&[0, -1, -2048, 2047]);
        self.access(operation, scratch, offset);
    }

    /// At the ends of memory, or anywhere between: SP1 takes milliseconds for each such place.
    fn distant_access(&mut self, operation: Operation) {
        let any =
            CHUNK_BYTES * self.random.between(1, (MEMORY_END / CHUNK_BYTES) as i64 - 1) as u64;
        let place = self.random.pick(&[
            (MEMORY_START, 0),
            (MEMORY_START, 2047),
            (MEMORY_END - 8, 7),
            (any, 0),
            (any.max(2 * CHUNK_BYTES), -1),
        ]);
        let scratch = self.roles.scratch;
        self.assembler.constant(scratch, place.0);
        self.access(operation, scratch, place.1);
    }

    /// Aligned, but in a hostile program sometimes not.
    fn access(&mut self, operation: Operation, base: u8, offset: i64) {
        let odd = self.kind == Kind::Hostile && self.random.below(150) == 0;
        let offset = if odd { offset } else { offset & -bytes(operation) };
        self.access_at(operation, base, offset);
    }

    /// Wherever a register points, or around what memory's checks tell apart.
    pub(super) fn wild_access(&mut self) {
        let operation = self.any_access();
        if self.random.chance(40) {
            let (base, offset) = (self.source(), self.random.between(-16, 16));
            return self.access_at(operation, base, offset);
        }
        let beyond = 1 << self.random.between(40, 63);
        let edge = self.random.pick(&[
            0,
            MEMORY_START,
            DATA,
            MEMORY_END,
            beyond,
            beyond - 8,
            u64::MAX - 7,
        ]);
        let offset = self.random.pick(&[-2048, -8, -4, -2, -1, 0, 1, 2, 4, 2047]);
        let reached = self.random.chance(50);
        let start = if reached { edge.wrapping_sub(offset as u64) } else { edge };
        let register = self.target();
        self.assembler.constant(register, start);
        self.access_at(operation, register, offset);
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

fn bytes(operation: Operation) -> i64 {
    let (Shape::Load(bytes) | Shape::Store(bytes)) = operation.shape else {
        unreachable!("{} accesses no memory", operation.name);
    };
    bytes as i64
}
