//! Which chunks of the guest's memory exist, and what the guest may still have.
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::address::ADDRESS_SPACE;

/// The logarithm of a chunk's bytes.
const CHUNK_BITS: u32 = 16;
const CHUNK_BYTES: u64 = 1 << CHUNK_BITS;
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
    /// From `base`, `ADDRESS_SPACE` inaccessible bytes, and from `map`, `MAP_BYTES` writable zeros,
    /// must belong to the result alone for as long as it lives.
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
        let start = self.base.wrapping_add((chunk << CHUNK_BITS) as usize);
        // SAFETY: the chunk is inside of the reservation, and nothing but guest data is there.
        let result = unsafe {
            libc::mprotect(start.cast(), CHUNK_BYTES as usize, libc::PROT_READ | libc::PROT_WRITE)
        };
        if result != 0 {
            self.refund(CHUNK_BYTES);
            return false;
        }
        self.touched.fetch_add(CHUNK_BYTES, Relaxed);
        self.cell(chunk).fetch_or(1 << (chunk & 63), Relaxed);
        true
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
