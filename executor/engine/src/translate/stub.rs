//! Code that comes after a region's blocks, because it is rarely needed.

use super::assembler::{Gpr, Label, OperandSize};

/// A piece of such code, which is still to be written.
pub(super) struct Stub {
    pub label: Label,
    /// As of the emitter, where the stub is jumped to.
    pub dirty: u32,
    pub kind: StubKind,
}

pub(super) enum StubKind {
    /// The fuel does not suffice for the block of this length.
    Fuel {
        leader: usize,
        length: i32,
    },
    /// The load or store at `pc` has no valid address.
    Access {
        pc: u64,
        address: Gpr,
    },
    /// A branch out of the region.
    Out {
        target: u64,
    },
    Division(SlowDivision),
}

/// A division that its fast path cannot do. The dividend is in RAX.
pub(super) struct SlowDivision {
    pub reason: Reason,
    pub division: Division,
    pub back: Label,
}

#[derive(Clone, Copy)]
pub(super) enum Reason {
    /// The divisor, in RCX, is 0 or, of a signed division, -1: the processor may trap. The result
    /// is expected where the processor would leave it.
    Traps,
    /// The divisor, in this guest register, is not the likely one. The result is expected in RDX,
    /// extended by its sign.
    OtherDivisor(u8),
    /// The dividend is twice this likely divisor, or more. The remainder is expected in RDX.
    LargeQuotient(u32),
}

#[derive(Clone, Copy)]
pub(super) struct Division {
    pub signed: bool,
    pub remainder: bool,
    pub size: OperandSize,
}

impl Division {
    /// Where the processor leaves the result.
    pub(super) fn result(self) -> Gpr {
        if self.remainder { Gpr::Rdx } else { Gpr::Rax }
    }
}
