//! Exhausted memory is an outcome like any other: the process says so and ends.
//!
//! The address space is limited (`confine`), so an allocation that does not fit fails. Rust would
//! abort then; this allocator writes the `limit_memory` answer, made without allocating, instead.

#![allow(unsafe_code)]

mod large;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

const NO_ANSWER: i32 = -1;
const ANSWER: &[u8] =
    br#"{"ok":false,"class":"limit_memory","detail":"the memory limit was reached","blobs":[]}"#;

/// Where the answer goes: set once by `serve`.
static ANSWER_FD: AtomicI32 = AtomicI32::new(NO_ANSWER);
/// The one answer of this process has begun.
static ANSWERED: AtomicBool = AtomicBool::new(false);

/// The system's allocator, which never gives a null pointer back.
pub(crate) struct AnsweringAllocator;

/// Have all threads share one heap. Where a thread has its own, glibc reads a file in /proc before it
/// makes that smaller, which ends a process that may open none.
pub(crate) fn share_heap() {
    // SAFETY: sets a number of the allocator's, before there is another thread.
    #[cfg(target_env = "gnu")]
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

/// From now on exhausted memory is answered on this file descriptor.
pub(crate) fn answer_on(fd: i32) {
    ANSWER_FD.store(fd, Ordering::SeqCst);
}

/// Claim the right to write this process's answer; false when another thread has it.
pub(crate) fn claim_answer() -> bool {
    !ANSWERED.swap(true, Ordering::SeqCst)
}

// SAFETY: a layout's size alone decides whether `large` or the system's allocator has it, and both
// keep the contract of GlobalAlloc; the only difference is that a null pointer ends the process.
unsafe impl GlobalAlloc for AnsweringAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        present(match large::is_large(layout) {
            true => large::map(layout.size()),
            false => unsafe { System.alloc(layout) },
        })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        present(match large::is_large(layout) {
            true => large::map(layout.size()),
            false => unsafe { System.alloc_zeroed(layout) },
        })
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise about `size`.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        match (large::is_large(layout), large::is_large(wanted)) {
            (false, false) => present(unsafe { System.realloc(pointer, layout, size) }),
            (true, true) if large::room(layout.size()) == large::room(size) => pointer,
            _ => {
                let moved = unsafe { self.alloc(wanted) };
                let kept = layout.size().min(size);
                // SAFETY: both have that many bytes, and the new one is not the old one.
                unsafe { std::ptr::copy_nonoverlapping(pointer, moved, kept) };
                unsafe { self.dealloc(pointer, layout) };
                moved
            }
        }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        match large::is_large(layout) {
            true => unsafe { large::unmap(pointer, layout.size()) },
            false => unsafe { System.dealloc(pointer, layout) },
        }
    }
}

fn present(pointer: *mut u8) -> *mut u8 {
    if pointer.is_null() {
        exhausted();
    }
    pointer
}

#[cold]
fn exhausted() -> ! {
    let fd = ANSWER_FD.load(Ordering::SeqCst);
    if fd != NO_ANSWER && claim_answer() {
        let length = (ANSWER.len() as u32).to_be_bytes();
        for part in [&length[..], ANSWER] {
            // SAFETY: the pointer and the length are those of a live slice. Both parts are far
            // shorter than a pipe's atomic write.
            unsafe { libc::write(fd, part.as_ptr().cast(), part.len()) };
        }
        // SAFETY: ends the process at once; nothing of it is used afterwards.
        unsafe { libc::_exit(0) }
    }
    if fd == NO_ANSWER {
        // SAFETY: as above.
        unsafe { libc::_exit(1) }
    }
    loop {
        // SAFETY: only waits; another thread is writing the answer and ends the process.
        unsafe { libc::pause() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answer_is_a_header_that_protocol_reads() {
        let mut bytes = (ANSWER.len() as u32).to_be_bytes().to_vec();
        bytes.extend_from_slice(ANSWER);

        let header = attestor_protocol::read_header(&mut &bytes[..]).unwrap();

        assert_eq!(header.fields["class"], "limit_memory");
        assert_eq!(header.fields["ok"], false);
    }
}
