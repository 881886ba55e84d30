//! Memory on the first touch: compiled code faults on a chunk that does not exist yet.
//!
//! The handler acts only when the processor was at an address of this thread's compiled code and
//! the fault's address is in this thread's guest memory. It then makes the chunk or, at the
//! limit and below all that a proof has of memory, lets the thread return from the compiled code. Every other fault goes to the handler
//! that was there before. The disposition of a signal belongs to the whole process: it is set once
//! and never put back.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::mem::{self, MaybeUninit};
use std::ops::Range;
use std::ptr;
use std::sync::OnceLock;

use super::code::CodeArea;
use super::entry::{self, Entry};
use attestor_precompiles::FIRST_ADDRESS;

use crate::context::Context;
use crate::exit::Exit;
use crate::memory::{ADDRESS_SPACE, Chunks, Denied};

/// What the handler knows of the compiled code that this thread executes.
struct Running {
    code: Range<usize>,
    chunks: *const Chunks,
    context: *mut Context,
}

thread_local! {
    static RUNNING: Cell<*const Running> = const { Cell::new(ptr::null()) };
}

static PREVIOUS: OnceLock<libc::sigaction> = OnceLock::new();

/// Set the handler, once in a process.
pub(super) fn install() {
    PREVIOUS.get_or_init(|| {
        let mut previous = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: a zeroed sigaction is a valid one, and the handler has the signature that
        // SA_SIGINFO asks for.
        unsafe {
            let mut action: libc::sigaction = mem::zeroed();
            action.sa_sigaction = handle as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigemptyset(&mut action.sa_mask);
            libc::sigaction(libc::SIGSEGV, &action, previous.as_mut_ptr());
            previous.assume_init()
        }
    });
}

/// Execute from the region at `index` of the table until compiled code leaves.
pub(super) fn enter(
    code: &CodeArea,
    chunks: &Chunks,
    context: &mut Context,
    table: &[Entry],
    index: usize,
) -> Exit {
    let context: *mut Context = context;
    let running = Running { code: code.addresses(), chunks, context };
    RUNNING.set(&running);
    // SAFETY: the table holds only regions of `code` and `cold`; the context and the memory are
    // the run's; the fuel is read before anything else uses the context.
    let result = unsafe {
        let fuel = (*context).fuel;
        entry::call(context, chunks.base(), fuel, table.as_ptr(), table[index].address())
    };
    RUNNING.set(ptr::null());
    Exit::from_code(result)
}

extern "C" fn handle(signal: libc::c_int, info: *mut libc::siginfo_t, machine: *mut libc::c_void) {
    // SAFETY: the kernel gives valid pointers to a handler with SA_SIGINFO.
    let handled = unsafe { give_memory(&*info, &mut *machine.cast()) };
    if !handled {
        // SAFETY: the arguments that the kernel gave.
        unsafe { forward(signal, info, machine) };
    }
}

/// False: the fault is not of this thread's compiled code and guest memory.
///
/// # Safety
/// Only in the handler: RUNNING must be null or point to what `enter` keeps.
unsafe fn give_memory(info: &libc::siginfo_t, machine: &mut libc::ucontext_t) -> bool {
    // SAFETY: `enter` on this thread's stack holds it until it is set to null.
    let Some(running) = (unsafe { RUNNING.get().as_ref() }) else { return false };
    let registers = &mut machine.uc_mcontext.gregs;
    // SAFETY: as `running`; a SIGSEGV has an address.
    let (chunks, fault) = unsafe { (&*running.chunks, info.si_addr() as u64) };
    let address = fault.wrapping_sub(chunks.base() as u64);
    let in_code = running.code.contains(&(registers[libc::REG_RIP as usize] as usize));
    if !in_code || address >= ADDRESS_SPACE || chunks.holds(address) {
        return false;
    }
    // SAFETY: errno of this thread, which the interrupted code may look at later.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let kept = unsafe { *errno };
    let low = address < FIRST_ADDRESS;
    let refused = match low {
        true => Some(Exit::Low),
        false => chunks.commit(address).err().map(|denied| match denied {
            Denied::Limit => Exit::Memory,
            Denied::Host => Exit::HostMemory,
        }),
    };
    if let Some(exit) = refused {
        let place = registers[libc::REG_RIP as usize] as u64;
        // SAFETY: the compiled code that was interrupted has the run's context, and nobody else.
        unsafe {
            (*running.context).address = address;
            (*running.context).place = place;
            (*running.context).fault_exit = exit as u64;
        }
        registers[libc::REG_RIP as usize] = entry::abandon as *const () as i64;
        registers[libc::REG_RDI as usize] = running.context as i64;
    }
    // SAFETY: as above.
    unsafe { *errno = kept };
    true
}

/// Do what would have been done without this handler.
///
/// # Safety
/// The arguments must be the kernel's.
unsafe fn forward(signal: libc::c_int, info: *mut libc::siginfo_t, machine: *mut libc::c_void) {
    let previous = PREVIOUS.get();
    let handler = previous.map_or(libc::SIG_DFL, |previous| previous.sa_sigaction);
    if matches!(handler, libc::SIG_DFL | libc::SIG_IGN) {
        // The instruction faults again after the return, and then ends the process.
        // SAFETY: the default is a valid disposition.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
        return;
    }
    let with_info = previous.is_some_and(|previous| previous.sa_flags & libc::SA_SIGINFO != 0);
    // SAFETY: the address is that of a handler with this signature, as its flags say.
    unsafe {
        if with_info {
            let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) =
                mem::transmute(handler);
            handler(signal, info, machine);
        } else {
            let handler: extern "C" fn(libc::c_int) = mem::transmute(handler);
            handler(signal);
        }
    }
}

#[cfg(test)]
mod tests;
