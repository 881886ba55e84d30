//! The guest's registers, in the layout that compiled code uses.

use crate::memory::MISPLACED;

/// What both ways to execute share. Compiled code knows the offsets of the fields.
#[repr(C)]
pub(crate) struct Context {
    /// `MISPLACED`, where compiled code has it at hand.
    pub misplaced: [u64; 4],
    pub registers: [u64; 32],
    pub pc: u64,
    /// Instructions that may still be executed.
    pub fuel: i64,
    /// Of the access that ended an execution with `Exit::Access` or `Exit::Low`.
    pub address: u64,
    /// Where in compiled code an `Exit::Low` happened.
    pub place: u64,
    /// What a fault that nothing can mend ends an execution with.
    pub fault_exit: u64,
    /// The host's stack pointer at the entry into compiled code.
    pub host_stack: u64,
    /// Where compiled code finds the regions; null until it is entered.
    pub table: u64,
}

impl Context {
    pub(crate) fn new(pc: u64, fuel: i64) -> Self {
        Self {
            misplaced: MISPLACED,
            registers: [0; 32],
            pc,
            fuel,
            address: 0,
            place: 0,
            fault_exit: 0,
            host_stack: 0,
            table: 0,
        }
    }
}
