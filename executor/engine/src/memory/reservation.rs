//! The reserved part of the host's address space.
#![allow(unsafe_code)]

use std::ptr;

use super::{ADDRESS_SPACE, MARKS_START, MARK_BITS};
use super::granules::{Granules, MAP_BYTES};
use crate::instruction::Width;

/// Never accessible, behind the marks.
const GUARD: usize = 1 << 20;
const RESERVED: usize = MARKS_START as usize + MARKS_BYTES + GUARD + MAP_BYTES;
/// One mark per word.
const MARKS_BYTES: usize = (ADDRESS_SPACE >> MARK_BITS) as usize;

/// `ADDRESS_SPACE` bytes for the guest, a mark for each word of them, the guard, and the map of
/// granules.
pub struct Reservation {
    granules: Box<Granules>,
}

impl Reservation {
    pub fn new(limit: u64) -> Option<Self> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping at an address that the kernel chooses.
        let base = unsafe { libc::mmap(ptr::null_mut(), RESERVED, libc::PROT_NONE, flags, -1, 0) };
        if base == libc::MAP_FAILED {
            return None;
        }
        let base = base.cast::<u8>();
        let map = base.wrapping_add(RESERVED - MAP_BYTES);
        // SAFETY: the mapping is new; from now on only `granules` uses it.
        let granules = Box::new(unsafe { Granules::new(base, map, limit) });
        let reservation = Self { granules };
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: the end of the new mapping.
        let result = unsafe { libc::mprotect(map.cast(), MAP_BYTES, access) };
        (result == 0).then_some(reservation)
    }

    pub fn granules(&self) -> &Granules {
        &self.granules
    }

    /// The address must be aligned, in the address space, and of a granule that exists.
    #[inline(always)]
    pub fn load(&self, width: Width, signed: bool, address: u64) -> u64 {
        let from = self.granules.base().wrapping_add(address as usize);
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
    pub fn store(&mut self, width: Width, address: u64, value: u64) {
        let to = self.granules.base().wrapping_add(address as usize);
        debug_assert!(self.is_accessible(width, address));
        // SAFETY: as in `load`; the granule is writable.
        unsafe {
            match width {
                Width::Byte => *to = value as u8,
                Width::Half => *to.cast::<u16>() = value as u16,
                Width::Word => *to.cast::<u32>() = value as u32,
                Width::Double => *to.cast::<u64>() = value,
            }
        }
    }

    /// The mark of the word of this address, which must be of a granule that exists.
    #[inline(always)]
    pub fn mark(&self, address: u64) -> u8 {
        debug_assert!(address < ADDRESS_SPACE && self.granules.holds(address));
        // SAFETY: the marks of a granule that exists are readable, and no reference to them exists.
        unsafe { *self.place_of_mark(address) }
    }

    /// As `mark`.
    #[inline(always)]
    pub fn set_mark(&mut self, address: u64, mark: u8) {
        debug_assert!(address < ADDRESS_SPACE && self.granules.holds(address));
        // SAFETY: as in `mark`; they are writable.
        unsafe { *self.place_of_mark(address) = mark };
    }

    #[inline(always)]
    fn place_of_mark(&self, address: u64) -> *mut u8 {
        self.granules.base().wrapping_add((MARKS_START + (address >> MARK_BITS)) as usize)
    }

    /// All words must be as the address of `load`.
    #[inline(always)]
    pub fn load_words(&self, address: u64, words: &mut [u64]) {
        let from = self.granules.base().wrapping_add(address as usize).cast::<u64>();
        debug_assert!(self.are_accessible(address, words.len()));
        // SAFETY: as in `load` for each word; no reference to guest data exists, so that `words`
        // is other memory.
        unsafe { ptr::copy_nonoverlapping(from, words.as_mut_ptr(), words.len()) };
    }

    /// As `load_words`.
    #[inline(always)]
    pub fn store_words(&mut self, address: u64, words: &[u64]) {
        let to = self.granules.base().wrapping_add(address as usize).cast::<u64>();
        debug_assert!(self.are_accessible(address, words.len()));
        // SAFETY: as in `load_words`; the granules are writable.
        unsafe { ptr::copy_nonoverlapping(words.as_ptr(), to, words.len()) };
    }

    /// What the accesses above ask of their callers.
    fn is_accessible(&self, width: Width, address: u64) -> bool {
        let aligned = address.is_multiple_of(1 << width.log2());
        aligned && address < ADDRESS_SPACE && self.granules.holds(address)
    }

    fn are_accessible(&self, address: u64, words: usize) -> bool {
        let mut places = (address..).step_by(8).take(words);
        places.all(|address| self.is_accessible(Width::Double, address))
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        // SAFETY: the mapping of `new`, of which nothing is used any more.
        unsafe { libc::munmap(self.granules.base().cast(), RESERVED) };
    }
}
