//! The guest's memory: 2^40 bytes of which the touched granules exist.
//!
//! Why a guest cannot reach host memory: the 2^40 addresses that a guest has are one reservation
//! of the host's address space, which nothing else lives in. Every access, in the interpreter, in
//! compiled code and in syscalls, checks before it that its address is a multiple of its size and
//! below 2^40; so all its bytes are inside of the reservation. An address is never masked or
//! wrapped: one that fails the check ends the run. Behind the reservation follows a guard that is
//! never mapped.
//!
//! Granules of 64 KiB are inaccessible until the guest first touches them. Then they are made
//! writable and counted against the limit: by the interpreter and the syscalls because they look
//! into the map of granules before each access, by compiled code because the processor faults
//! (`translate/fault.rs`). What is untouched reads as zero, as in SP1. The first granule, which no
//! proof knows, exists within an unconstrained block alone.
//!
//! Behind the guest's addresses, each word has a mark: how it was accessed (`marks`).

mod granules;
mod marks;
mod reservation;
mod snapshot;

use std::ops::Range;

use precompiles::{FIRST_ADDRESS, Fault, Rule};

use crate::instruction::Width;
use reservation::Reservation;
use snapshot::Snapshot;

pub use granules::Granules;

/// The logarithm of the guest's address space, as in both of SP1's executors.
const ADDRESS_BITS: u32 = 40;
pub const ADDRESS_SPACE: u64 = 1 << ADDRESS_BITS;
/// The logarithm of a word's bytes, each of which has one mark.
pub const MARK_BITS: u32 = 3;
/// Where the mark of address 0 is, seen from that address. Compiled code sets this bit.
pub const MARKS_START: u64 = ADDRESS_SPACE;
/// The mark of a word that a load or a store accessed: all that compiled code ever marks.
pub const ACCESSED: u8 = 1;
/// By width: the bits that no address of an access has, beyond the address space or its alignment.
pub const MISPLACED: [u64; 4] = {
    let outside = !(ADDRESS_SPACE - 1);
    [outside, outside | 1, outside | 3, outside | 7]
};

pub struct Memory {
    reservation: Reservation,
    /// What an unconstrained block overwrote.
    snapshot: Option<Snapshot>,
    /// Words that the program's file fills at the start, also with zeros, in order.
    image: Vec<Range<u64>>,
    /// Where precompiles accessed words that nothing else had.
    by_precompiles: Vec<Range<u64>>,
}

impl Memory {
    /// Memory that may take `limit` bytes.
    ///
    /// # Errors
    /// The host gives no room.
    pub fn new(limit: u64) -> Result<Self, Fault> {
        let reservation = Reservation::new(limit).ok_or(Fault::LimitMemory)?;
        Ok(Self {
            reservation,
            snapshot: None,
            image: Vec::new(),
            by_precompiles: Vec::new(),
        })
    }

    #[inline(always)]
    pub fn load(&mut self, width: Width, signed: bool, address: u64) -> Result<u64, Fault> {
        check(width, address)?;
        self.touch(address)?;
        if self.snapshot.is_none() {
            self.reservation.set_mark(address, ACCESSED);
        }
        Ok(self.reservation.load(width, signed, address))
    }

    #[inline(always)]
    pub fn store(&mut self, width: Width, address: u64, value: u64) -> Result<(), Fault> {
        check(width, address)?;
        self.touch(address)?;
        match self.snapshot {
            Some(_) => self.save_page(address)?,
            None => self.reservation.set_mark(address, ACCESSED),
        }
        self.reservation.store(width, address, value);
        Ok(())
    }

    /// The map of granules, and the first byte of address 0: for compiled code.
    #[cfg_attr(not(feature = "translator"), allow(dead_code))]
    pub fn granules(&self) -> &Granules {
        self.reservation.granules()
    }

    /// Copy bytes in, as a loader does, to a multiple of four, above all that were copied in
    /// before; `size` is that of the segment, which ends with zeros.
    pub fn fill(&mut self, address: u64, bytes: &[u8], size: u64) -> Result<(), Fault> {
        let (words, rest) = bytes.as_chunks::<4>();
        for (word, address) in words.iter().zip((address..).step_by(4)) {
            self.touch(address)?;
            self.reservation.store(Width::Word, address, u32::from_le_bytes(*word).into());
        }
        let rest_address = address + 4 * words.len() as u64;
        for (byte, address) in rest.iter().zip(rest_address..) {
            self.touch(address)?;
            self.reservation.store(Width::Byte, address, (*byte).into());
        }
        let end = address + size.max(bytes.len() as u64);
        if end > address {
            self.image.push(address & !7..end.next_multiple_of(8));
        }
        Ok(())
    }

    /// The bytes at an address, whatever its alignment; nothing is touched by that. No byte
    /// can be read at any address.
    pub fn peek(&self, address: u64, length: u64) -> Result<Vec<u8>, Fault> {
        if length == 0 {
            return Ok(Vec::new());
        }
        let end = address.checked_add(length).filter(|&end| end <= ADDRESS_SPACE);
        let end = end.ok_or(Fault::OutOfRange(address))?;
        let byte = |address| {
            if !self.granules().holds(address) {
                return 0;
            }
            self.reservation.load(Width::Byte, false, address) as u8
        };
        Ok((address..end).map(byte).collect())
    }

    /// Count bytes that the guest makes the host hold.
    pub fn charge(&mut self, bytes: u64) -> Result<(), Fault> {
        if self.granules().charge(bytes) { Ok(()) } else { Err(Fault::LimitMemory) }
    }

    pub fn refund(&mut self, bytes: u64) {
        self.granules().refund(bytes);
    }

    /// Bytes of granules that the guest has.
    pub fn touched_bytes(&self) -> u64 {
        self.granules().touched_bytes()
    }

    #[inline(always)]
    fn touch(&mut self, address: u64) -> Result<(), Fault> {
        if self.granules().holds(address) { Ok(()) } else { self.commit(address) }
    }

    #[cold]
    fn commit(&mut self, address: u64) -> Result<(), Fault> {
        if address < FIRST_ADDRESS && self.snapshot.is_none() {
            return Err(Rule::LowAddress(address).into());
        }
        if self.granules().commit(address) { Ok(()) } else { Err(Fault::LimitMemory) }
    }

    /// Touch every granule of so many words, which must lie in the address space.
    #[inline(always)]
    fn touch_all(&mut self, address: u64, words: usize) -> Result<(), Fault> {
        let Some(last) = words.checked_sub(1) else { return Ok(()) };
        let last = address + 8 * last as u64;
        let mut next = address;
        while next < last {
            self.touch(next)?;
            next = Granules::next(next);
        }
        self.touch(last)
    }
}

#[inline(always)]
fn check(width: Width, address: u64) -> Result<(), Fault> {
    if address & MISPLACED[width.log2() as usize] == 0 {
        return Ok(());
    }
    Err(refusal(width, address))
}

/// Why an access of this width is none.
#[cold]
pub fn refusal(width: Width, address: u64) -> Fault {
    if address & ((1 << width.log2()) - 1) != 0 {
        Fault::Misaligned(address)
    } else {
        Fault::OutOfRange(address)
    }
}

#[cfg(test)]
mod tests;
