//! The way into compiled code, and the ways back.
//!
//! A compiled region has the context, the memory and the fuel in the same host registers as every
//! other, and goes on in another one by a jump. It returns an `Exit` in RAX, and leaves the stack
//! alone.
#![allow(unsafe_code)]

use std::arch::naked_asm;
use std::mem::offset_of;

use super::assembler::{Gpr, Operand};
use crate::context::Context;
use crate::exit::Exit;

/// What is in these host registers while compiled code runs.
pub(super) const FUEL: Gpr = Gpr::R15;
pub(super) const MEMORY: Gpr = Gpr::Rsi;
const CONTEXT: Gpr = Gpr::Rdi;
/// `CONTEXT` points so far into the context that most fields are within a byte's distance.
const BIAS: usize = 128;

/// A field of the context.
pub(super) fn context(offset: usize) -> Operand {
    Operand::Memory(CONTEXT, offset as i32 - BIAS as i32)
}

/// Where a compiled region can be entered.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Entry(*const u8);

impl Entry {
    /// For instructions where no compiled region starts.
    pub(super) fn cold() -> Self {
        Self(cold as *const u8)
    }

    pub(super) fn is_cold(self) -> bool {
        self.0 == cold as *const u8
    }

    /// # Safety
    /// At the address must be an entry of a compiled region.
    pub(super) unsafe fn at(address: *const u8) -> Self {
        Self(address)
    }

    pub(super) fn address(self) -> *const u8 {
        self.0
    }
}

/// Call a region. It keeps no register, so all that the host's convention wants kept are saved
/// here; the stack pointer is left in the context for `abandon`.
///
/// # Safety
/// All pointers must be those of one run, and `region` a compiled region or `cold`.
#[unsafe(naked)]
pub(super) unsafe extern "sysv64" fn call(
    context: *mut Context,
    memory: *mut u8,
    fuel: i64,
    table: *const Entry,
    region: *const u8,
) -> u64 {
    naked_asm!(
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "sub rsp, 8",
        "mov [rdi + {host_stack}], rsp",
        "mov [rdi + {table}], rcx",
        "mov r15, rdx",
        "add rdi, {bias}",
        "call r8",
        "add rsp, 8",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
        host_stack = const offset_of!(Context, host_stack),
        table = const offset_of!(Context, table),
        bias = const BIAS,
    )
}

/// Where a fault that nothing can resolve continues: return from `call` with the `Exit` that the
/// handler left in the context, which is the first argument.
#[unsafe(naked)]
pub(super) unsafe extern "sysv64" fn abandon() {
    naked_asm!(
        "mov rsp, [rdi + {host_stack}]",
        "mov rax, [rdi + {fault_exit}]",
        "add rsp, 8",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
        host_stack = const offset_of!(Context, host_stack),
        fault_exit = const offset_of!(Context, fault_exit),
    )
}

/// In the place of a region that is not compiled: keep the fuel, and leave.
#[unsafe(naked)]
unsafe extern "sysv64" fn cold() {
    naked_asm!(
        "mov [rdi + {fuel}], r15",
        "mov eax, {cold}",
        "ret",
        fuel = const offset_of!(Context, fuel) - BIAS,
        cold = const Exit::Cold as u64,
    )
}
