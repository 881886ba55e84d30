//! The guest's registers, in the layout that compiled code uses.

/// What both ways to execute share. Compiled code knows the offsets of the fields.
#[repr(C)]
pub struct Context {
    pub registers: [u64; 32],
    pub pc: u64,
    /// Instructions that may still be executed.
    pub fuel: i64,
    /// Of the access that ended an execution with `Exit::Access`.
    pub address: u64,
    /// The host's stack pointer at the entry into compiled code.
    pub host_stack: u64,
}

impl Context {
    pub fn new(pc: u64, fuel: i64) -> Self {
        Self { registers: [0; 32], pc, fuel, address: 0, host_stack: 0 }
    }
}
