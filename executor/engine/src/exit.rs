//! Why the interpreter or compiled code hands control back.

/// The numbers are those that compiled code returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Exit {
    /// `pc` is at code that is not compiled, or no address of compiled code at all.
    Cold = 0,
    /// `pc` is at an ecall, which is counted already.
    Ecall = 1,
    /// The fuel may not suffice for the block at `pc`.
    Fuel = 2,
    /// The load or store at `pc` has no valid address; it is in `address`.
    Access = 3,
    /// The instruction at `pc` cannot be executed.
    Illegal = 4,
    /// The memory limit was reached.
    Memory = 5,
    /// `pc` is at code that is compiled, or hot enough to be.
    Hot = 6,
    /// `pc` is outside of the program.
    WildJump = 7,
    /// Compiled code faulted below what a proof has of memory; where is in the context.
    Low = 8,
    /// The host refused memory.
    HostMemory = 9,
}

impl Exit {
    /// From what compiled code returned.
    #[cfg_attr(not(feature = "translator"), allow(dead_code))]
    pub(crate) fn from_code(code: u64) -> Self {
        match code {
            1 => Self::Ecall,
            2 => Self::Fuel,
            3 => Self::Access,
            4 => Self::Illegal,
            5 => Self::Memory,
            8 => Self::Low,
            9 => Self::HostMemory,
            _ => Self::Cold,
        }
    }
}
