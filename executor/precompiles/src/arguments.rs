//! What a precompile is to its caller.

use crate::memory::{Fault, GuestMemory};

/// The registers that a call may read: a0 and a1, and for the carry calls x12 to x14.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arguments {
    pub a0: u64,
    pub a1: u64,
    pub a2: u64,
    pub a3: u64,
    pub a4: u64,
}

/// All reads come before the first write. After a fault the guest's memory may be half written.
pub type Precompile = fn(&mut dyn GuestMemory, &Arguments) -> Result<(), Fault>;
