//! Which chunks of the guest's memory exist, with their marks, and what the guest may still have.
#![allow(unsafe_code)]

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::address::{ADDRESS_SPACE, MARK_BITS, MARKS_START};

/// The logarithm of a chunk's bytes.
const CHUNK_BITS: u32 = 16;
pub(super) const CHUNK_BYTES: u64 = 1 << CHUNK_BITS;
/// The marks of so many chunks become accessible together: neighbours are one mapping of the
/// host's, of which it has few.
const MARKED_TOGETHER: u64 = 8;
const MARKS: u64 = (MARKED_TOGETHER << CHUNK_BITS) >> MARK_BITS;
/// One bit per chunk.
pub(super) const MAP_BYTES: usize = (ADDRESS_SPACE >> CHUNK_BITS) as usize / 8;

/// Shared with the signal handler, which interrupts the same thread: hence atomic.
pub(crate) struct Chunks {
    base: *mut u8,
    map: *const AtomicU64,
    touched: AtomicU64,
    /// The chunks and all other bytes that are charged.
    used: AtomicU64,
    limit: u64,
}

impl Chunks {
    /// # Safety
    /// From `base`, `ADDRESS_SPACE` inaccessible bytes and those of the marks behind them, and from
    /// `map`, `MAP_BYTES` writable zeros, must belong to the result alone for as long as it lives.
    pub(crate) unsafe fn new(base: *mut u8, map: *mut u8, limit: u64) -> Self {
        debug_assert!((base as u64).is_multiple_of(4096) && map.cast::<AtomicU64>().is_aligned());
        Self { base, map: map.cast(), touched: 0.into(), used: 0.into(), limit }
    }

    /// The byte of address 0.
    pub(crate) fn base(&self) -> *mut u8 {
        self.base
    }

    /// The first address of the chunk after the one of this address.
    #[inline(always)]
    pub(crate) fn next(address: u64) -> u64 {
        (address | (CHUNK_BYTES - 1)) + 1
    }

    /// Whether the chunk of this address exists. The address must be in the address space.
    #[inline(always)]
    pub(crate) fn holds(&self, address: u64) -> bool {
        let chunk = address >> CHUNK_BITS;
        self.cell(chunk).load(Relaxed) >> (chunk & 63) & 1 == 1
    }

    /// Make the chunk of this address writable; false: the limit is reached. Only calls that a
    /// signal handler may make.
    pub(crate) fn commit(&self, address: u64) -> bool {
        debug_assert!(address < ADDRESS_SPACE && !self.holds(address));
        let chunk = address >> CHUNK_BITS;
        if !self.charge(CHUNK_BYTES) {
            return false;
        }
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let first = chunk % 64 / MARKED_TOGETHER * MARKED_TOGETHER;
        let has_marks = self.cell(chunk).load(Relaxed) >> first & 0xff != 0;
        let marks = MARKS_START + chunk / MARKED_TOGETHER * MARKS;
        let given = (has_marks || self.protect(marks, MARKS, access))
            && self.protect(chunk << CHUNK_BITS, CHUNK_BYTES, access);
        if !given {
            self.refund(CHUNK_BYTES);
            return false;
        }
        self.touched.fetch_add(CHUNK_BYTES, Relaxed);
        self.cell(chunk).fetch_or(1 << (chunk & 63), Relaxed);
        if self.has_neighbour(chunk) {
            self.populate(chunk);
        }
        true
    }

    /// Whether the chunk before or after this one exists: then the guest uses its memory without
    /// large gaps.
    fn has_neighbour(&self, chunk: u64) -> bool {
        let neighbours = [chunk.checked_sub(1), Some(chunk + 1)];
        let mut addresses = neighbours.into_iter().flatten().map(|chunk| chunk << CHUNK_BITS);
        addresses.any(|address| address < ADDRESS_SPACE && self.holds(address))
    }

    /// Have the host make all pages of a chunk at once, which takes less time than a fault for
    /// each. It is madvise, in the signal handler too. Hosts before Linux 5.14 do not know it, and
    /// nothing depends on it.
    fn populate(&self, chunk: u64) {
        let start = self.base.wrapping_add((chunk << CHUNK_BITS) as usize);
        // SAFETY: a writable chunk of the reservation, whose contents this does not change.
        unsafe { libc::madvise(start.cast(), CHUNK_BYTES as usize, libc::MADV_POPULATE_WRITE) };
    }

    /// Make the chunk of this address inaccessible again; it must hold zeros.
    pub(super) fn withdraw(&self, address: u64) {
        let chunk = address >> CHUNK_BITS;
        if self.holds(address) && self.protect(chunk << CHUNK_BITS, CHUNK_BYTES, libc::PROT_NONE) {
            self.cell(chunk).fetch_and(!(1 << (chunk & 63)), Relaxed);
            self.touched.fetch_sub(CHUNK_BYTES, Relaxed);
            self.refund(CHUNK_BYTES);
        }
    }

    /// Whole pages of the guest's memory or of the marks behind it.
    fn protect(&self, from: u64, bytes: u64, access: libc::c_int) -> bool {
        let start = self.base.wrapping_add(from as usize);
        // SAFETY: it is inside of the reservation, where nothing but guest data and marks are.
        unsafe { libc::mprotect(start.cast(), bytes as usize, access) == 0 }
    }

    /// False: the limit is reached, and nothing was counted.
    pub(crate) fn charge(&self, bytes: u64) -> bool {
        let used = self.used.load(Relaxed).saturating_add(bytes);
        let fits = used <= self.limit;
        if fits {
            self.used.store(used, Relaxed);
        }
        fits
    }

    pub(crate) fn refund(&self, bytes: u64) {
        let used = self.used.fetch_sub(bytes, Relaxed);
        debug_assert!(used >= bytes, "more is given back than was charged");
    }

    pub(crate) fn touched_bytes(&self) -> u64 {
        self.touched.load(Relaxed)
    }

    #[inline(always)]
    fn cell(&self, chunk: u64) -> &AtomicU64 {
        let index = (chunk / 64) as usize;
        debug_assert!(index < MAP_BYTES / 8);
        // SAFETY: callers pass addresses below ADDRESS_SPACE, for which the map has a bit.
        unsafe { &*self.map.add(index % (MAP_BYTES / 8)) }
    }
}

/// These addresses by the chunks that they are in.
pub(super) fn pieces(address: u64, end: u64) -> impl Iterator<Item = Range<u64>> {
    let next = move |start: &u64| Some((start / CHUNK_BYTES + 1) * CHUNK_BYTES);
    let starts = std::iter::successors(Some(address), next).take_while(move |start| *start < end);
    starts.map(move |start| start..end.min((start / CHUNK_BYTES + 1) * CHUNK_BYTES))
}
