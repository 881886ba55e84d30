//! The machine code's memory: never writable and executable at once.
#![allow(unsafe_code)]

use std::ops::Range;
use std::ptr;

use super::entry::Entry;

const AREA: usize = 64 << 20;
const PAGE: usize = 4096;
/// The pages behind the last region are writable up to a multiple of this: then a change of access
/// moves the border between two mappings, and makes none.
const AHEAD: usize = 1 << 20;

/// Where a region may start.
const ALIGNMENT: usize = 16;

/// Regions one after the other, never removed before all are.
pub(super) struct CodeArea {
    base: *mut u8,
    used: usize,
    /// False once the host has refused to make pages executable again.
    intact: bool,
}

impl CodeArea {
    /// None: the host has no room.
    pub(super) fn new() -> Option<Self> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping at an address that the kernel chooses.
        let base = unsafe { libc::mmap(ptr::null_mut(), AREA, libc::PROT_NONE, flags, -1, 0) };
        if base == libc::MAP_FAILED {
            return None;
        }
        Some(Self { base: base.cast(), used: 0, intact: true })
    }

    /// Copy a region's code in, whose entries are at these offsets: its address, and the entries.
    /// Later regions have higher addresses. None: no room, or the host
    /// refuses executable memory, and then the area is not intact any more.
    pub(super) fn add(&mut self, code: &[u8], entries: &[usize]) -> Option<(u64, Vec<Entry>)> {
        let start = self.used;
        let end = start.checked_add(code.len()).filter(|&end| end <= AREA)?;
        let pages = start / PAGE * PAGE..end.next_multiple_of(PAGE);
        self.intact = false;
        let writable = pages.start..end.next_multiple_of(AHEAD);
        self.protect(&writable, libc::PROT_READ | libc::PROT_WRITE)?;
        let target = self.base.wrapping_add(start);
        // SAFETY: the pages are writable now, and no region is executed meanwhile: the only thread
        // with this area is here.
        unsafe { ptr::copy_nonoverlapping(code.as_ptr(), target, code.len()) };
        self.protect(&pages, libc::PROT_READ | libc::PROT_EXEC)?;
        self.intact = true;
        self.used = end.next_multiple_of(ALIGNMENT);
        let entry = |&offset: &usize| {
            // SAFETY: the code of a whole region is there, and `emit` gave the offset of an entry.
            unsafe { Entry::at(target.wrapping_add(offset)) }
        };
        Some((target as u64, entries.iter().map(entry).collect()))
    }

    /// Whether every region can be entered. Otherwise none may be: those on the same page as the
    /// last one may not be executable.
    pub(super) fn is_intact(&self) -> bool {
        self.intact
    }

    /// The addresses of machine code.
    pub(super) fn addresses(&self) -> Range<usize> {
        self.base as usize..self.base as usize + AREA
    }

    fn protect(&self, pages: &Range<usize>, access: libc::c_int) -> Option<()> {
        let start = self.base.wrapping_add(pages.start);
        // SAFETY: the pages are inside of the mapping of `new`.
        let result = unsafe { libc::mprotect(start.cast(), pages.len(), access) };
        (result == 0).then_some(())
    }
}

impl Drop for CodeArea {
    fn drop(&mut self) {
        // SAFETY: the mapping of `new`; whoever could enter it is gone.
        unsafe { libc::munmap(self.base.cast(), AREA) };
    }
}

#[cfg(test)]
mod tests;
