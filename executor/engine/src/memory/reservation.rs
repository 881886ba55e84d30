//! The reserved part of the host's address space.
#![allow(unsafe_code)]

use std::ptr;

use super::address::{ADDRESS_SPACE, MARK_BITS, MARKS_START};
use super::chunks::{CHUNK_BYTES, Chunks, MAP_BYTES, WINDOW_BYTES};
use crate::instruction::Width;

/// Never accessible, after the marks.
const GUARD: usize = 1 << 20;
const RESERVED: usize = MARKS_START as usize + MARKS_BYTES + GUARD + MAP_BYTES;
/// So that windows can be huge pages of the host's, the base is a multiple of their size.
const MAPPED: usize = RESERVED + WINDOW_BYTES as usize;
/// One mark per word.
const MARKS_BYTES: usize = (ADDRESS_SPACE >> MARK_BITS) as usize;

/// `ADDRESS_SPACE` bytes for the guest, a mark for each word of them, the guard, and the map of
/// chunks.
pub(super) struct Reservation {
    /// Of `MAPPED` bytes.
    mapping: *mut u8,
    chunks: Box<Chunks>,
}

impl Reservation {
    pub(super) fn new(limit: u64) -> Option<Self> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping at an address that the kernel chooses.
        let mapping = unsafe { libc::mmap(ptr::null_mut(), MAPPED, libc::PROT_NONE, flags, -1, 0) };
        if mapping == libc::MAP_FAILED {
            return None;
        }
        let mapping = mapping.cast::<u8>();
        let base = mapping.wrapping_add(mapping.align_offset(WINDOW_BYTES as usize));
        // SAFETY: addresses of the new mapping. It is advice; not every host has huge pages.
        unsafe { libc::madvise(base.cast(), ADDRESS_SPACE as usize, libc::MADV_HUGEPAGE) };
        let map = base.wrapping_add(RESERVED - MAP_BYTES);
        // SAFETY: the mapping is new; from now on only `chunks` uses it.
        let chunks = Box::new(unsafe { Chunks::new(base, map, limit) });
        let reservation = Self { mapping, chunks };
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: the end of the new mapping.
        let result = unsafe { libc::mprotect(map.cast(), MAP_BYTES, access) };
        (result == 0).then_some(reservation)
    }

    pub(super) fn chunks(&self) -> &Chunks {
        &self.chunks
    }

    /// The address must be aligned, in the address space, and of a chunk that exists.
    #[inline(always)]
    pub(super) fn load(&self, width: Width, signed: bool, address: u64) -> u64 {
        let from = self.chunks.base().wrapping_add(address as usize);
        debug_assert!(self.is_accessible(width, address));
        // SAFETY: what the caller checked makes it a readable, aligned address of guest data, to
        // which no reference exists.
        unsafe {
            match (width, signed) {
                (Width::Byte, false) => u64::from(*from),
                (Width::Byte, true) => i64::from(*from.cast::<i8>()) as u64,
                (Width::Half, false) => u64::from(*from.cast::<u16>()),
                (Width::Half, true) => i64::from(*from.cast::<i16>()) as u64,
                (Width::Word, false) => u64::from(*from.cast::<u32>()),
                (Width::Word, true) => i64::from(*from.cast::<i32>()) as u64,
                (Width::Double, _) => *from.cast::<u64>(),
            }
        }
    }

    /// As `load`.
    #[inline(always)]
    pub(super) fn store(&mut self, width: Width, address: u64, value: u64) {
        let to = self.chunks.base().wrapping_add(address as usize);
        debug_assert!(self.is_accessible(width, address));
        // SAFETY: as in `load`; the chunk is writable.
        unsafe {
            match width {
                Width::Byte => *to = value as u8,
                Width::Half => *to.cast::<u16>() = value as u16,
                Width::Word => *to.cast::<u32>() = value as u32,
                Width::Double => *to.cast::<u64>() = value,
            }
        }
    }

    /// The mark of the word of this address, which must be of a chunk that exists.
    #[inline(always)]
    pub(super) fn mark(&self, address: u64) -> u8 {
        debug_assert!(address < ADDRESS_SPACE && self.chunks.holds(address));
        // SAFETY: the marks of a chunk that exists are readable, and no reference to them exists.
        unsafe { *self.place_of_mark(address) }
    }

    /// As `mark`.
    #[inline(always)]
    pub(super) fn set_mark(&mut self, address: u64, mark: u8) {
        debug_assert!(address < ADDRESS_SPACE && self.chunks.holds(address));
        // SAFETY: as in `mark`; they are writable.
        unsafe { *self.place_of_mark(address) = mark };
    }

    /// The marks of so many words of one chunk, which exists.
    pub(super) fn marks(&self, address: u64, words: usize) -> &[u8] {
        debug_assert!(self.are_accessible(address, words));
        // SAFETY: as in `mark`, for each; nothing writes while they are borrowed.
        unsafe { std::slice::from_raw_parts(self.place_of_mark(address), words) }
    }

    /// As `marks`.
    pub(super) fn marks_mut(&mut self, address: u64, words: usize) -> &mut [u8] {
        debug_assert!(self.are_accessible(address, words));
        // SAFETY: as in `marks`; they are writable, and borrowed with all of this.
        unsafe { std::slice::from_raw_parts_mut(self.place_of_mark(address), words) }
    }

    /// Bytes that are all in one chunk, which exists.
    pub(super) fn store_bytes(&mut self, address: u64, bytes: &[u8]) {
        let to = self.chunks.base().wrapping_add(address as usize);
        debug_assert!(bytes.is_empty() || self.is_accessible(Width::Byte, address));
        debug_assert!(address % CHUNK_BYTES + bytes.len() as u64 <= CHUNK_BYTES);
        // SAFETY: as in `store_words`.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
    }

    /// As `store_bytes`.
    pub(super) fn load_bytes(&self, address: u64, bytes: &mut [u8]) {
        let from = self.chunks.base().wrapping_add(address as usize);
        debug_assert!(bytes.is_empty() || self.is_accessible(Width::Byte, address));
        debug_assert!(address % CHUNK_BYTES + bytes.len() as u64 <= CHUNK_BYTES);
        // SAFETY: as in `load_words`.
        unsafe { ptr::copy_nonoverlapping(from, bytes.as_mut_ptr(), bytes.len()) };
    }

    #[inline(always)]
    fn place_of_mark(&self, address: u64) -> *mut u8 {
        self.chunks.base().wrapping_add((MARKS_START + (address >> MARK_BITS)) as usize)
    }

    /// All words must be as the address of `load`.
    #[inline(always)]
    pub(super) fn load_words(&self, address: u64, words: &mut [u64]) {
        let from = self.chunks.base().wrapping_add(address as usize).cast::<u64>();
        debug_assert!(self.are_accessible(address, words.len()));
        // SAFETY: as in `load` for each word; no reference to guest data exists, so that `words`
        // is other memory.
        unsafe { ptr::copy_nonoverlapping(from, words.as_mut_ptr(), words.len()) };
    }

    /// As `load_words`.
    #[inline(always)]
    pub(super) fn store_words(&mut self, address: u64, words: &[u64]) {
        let to = self.chunks.base().wrapping_add(address as usize).cast::<u64>();
        debug_assert!(self.are_accessible(address, words.len()));
        // SAFETY: as in `load_words`; the chunks are writable.
        unsafe { ptr::copy_nonoverlapping(words.as_ptr(), to, words.len()) };
    }

    /// What the accesses above ask of their callers.
    fn is_accessible(&self, width: Width, address: u64) -> bool {
        let aligned = address.is_multiple_of(1 << width.log2());
        aligned && address < ADDRESS_SPACE && self.chunks.holds(address)
    }

    fn are_accessible(&self, address: u64, words: usize) -> bool {
        let mut places = (address..).step_by(8).take(words);
        places.all(|address| self.is_accessible(Width::Double, address))
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        // SAFETY: the mapping of `new`, of which nothing is used any more.
        unsafe { libc::munmap(self.mapping.cast(), MAPPED) };
    }
}
