//! The guest's memory: 2^40 bytes of which the touched chunks exist.
//!
//! Why a guest cannot reach host memory: the 2^40 addresses that a guest has are one reservation
//! of the host's address space, which nothing else lives in. Every access, in the interpreter, in
//! compiled code and in syscalls, checks before it that its address is a multiple of its size and
//! below 2^40; so all its bytes are inside of the reservation. An address is never masked or
//! wrapped: one that fails the check ends the run. The reservation is followed by a guard that is
//! never mapped.
//!
//! Chunks of 64 KiB are inaccessible until the guest first touches them. Then they are made
//! writable and counted against the limit: by the interpreter and the syscalls because they look
//! into the map of chunks before each access, by compiled code because the processor faults
//! (`translate/fault.rs`). What is untouched reads as zero, as in SP1. The first chunk, which no
//! proof knows, exists within an unconstrained block alone.
//!
//! Behind the guest's addresses, each word has a mark: how it was accessed (`marks`).

mod address;
mod chunks;
mod marks;
mod reservation;
mod snapshot;

use std::ops::Range;

use attestor_precompiles::{FIRST_ADDRESS, Fault, Kept, Rule};

use crate::instruction::Width;
use address::check;
use chunks::pieces;
use reservation::Reservation;
use snapshot::Snapshot;

pub(crate) use address::{ACCESSED, ADDRESS_SPACE, MISPLACED, refusal};
#[cfg_attr(not(feature = "translator"), allow(unused_imports))]
pub(crate) use address::{MARK_BITS, MARKS_START};
pub(crate) use chunks::{Chunks, Denied};

pub(crate) struct Memory {
    reservation: Reservation,
    /// What an unconstrained block overwrote.
    snapshot: Option<Snapshot>,
    /// Words that the program's file fills at the start, also with zeros, in order.
    image: Vec<Range<u64>>,
    /// Where precompiles accessed words that nothing else had.
    by_precompiles: Vec<Range<u64>>,
    /// Compiled code accesses words and marks none.
    unmarked: bool,
    /// A hint came where a word may have been accessed without a mark.
    doubtful: bool,
    /// One for each unconstrained block, and those that each accessed.
    block_windows: u64,
    kept: Kept,
}

impl Memory {
    /// Memory that may take `limit` bytes.
    ///
    /// # Errors
    /// The host gives no room.
    pub(crate) fn new(limit: u64) -> Result<Self, Fault> {
        let reservation = Reservation::new(limit).ok_or(Fault::HostMemory)?;
        Ok(Self {
            reservation,
            snapshot: None,
            image: Vec::new(),
            by_precompiles: Vec::new(),
            unmarked: false,
            doubtful: false,
            block_windows: 0,
            kept: Kept::default(),
        })
    }

    #[inline(always)]
    pub(crate) fn load(&mut self, width: Width, signed: bool, address: u64) -> Result<u64, Fault> {
        check(width, address)?;
        self.touch(address)?;
        match &mut self.snapshot {
            Some(snapshot) => snapshot.visit(address),
            None => self.reservation.set_mark(address, ACCESSED),
        }
        Ok(self.reservation.load(width, signed, address))
    }

    #[inline(always)]
    pub(crate) fn store(&mut self, width: Width, address: u64, value: u64) -> Result<(), Fault> {
        check(width, address)?;
        self.touch(address)?;
        match &mut self.snapshot {
            Some(snapshot) => snapshot.save_page(&self.reservation, address)?,
            None => self.reservation.set_mark(address, ACCESSED),
        }
        self.reservation.store(width, address, value);
        Ok(())
    }

    /// The map of chunks, and the first byte of address 0: for compiled code.
    #[cfg_attr(not(feature = "translator"), allow(dead_code))]
    pub(crate) fn chunks(&self) -> &Chunks {
        self.reservation.chunks()
    }

    /// Make room at once for bytes that `fill` is to copy to these addresses, as far as there is any.
    pub(crate) fn expect(&mut self, addresses: impl Iterator<Item = Range<u64>>) {
        let mut whole = 0..0;
        for next in addresses {
            if next.start > Chunks::next(whole.end) {
                self.chunks().make_windows(&whole);
                whole.start = next.start;
            }
            whole.end = next.end;
        }
        self.chunks().make_windows(&whole);
    }

    /// Copy bytes in, as a loader does, to a multiple of four, above all that were copied in
    /// before; `size` is that of the segment, which ends with zeros.
    pub(crate) fn fill(&mut self, address: u64, bytes: &[u8], size: u64) -> Result<(), Fault> {
        let mut rest = bytes;
        for piece in pieces(address, address + bytes.len() as u64) {
            self.touch(piece.start)?;
            let (now, later) = rest.split_at((piece.end - piece.start) as usize);
            self.reservation.store_bytes(piece.start, now);
            rest = later;
        }
        let end = address + size.max(bytes.len() as u64);
        if end > address {
            self.image.push(address & !7..end.next_multiple_of(8));
        }
        Ok(())
    }

    /// The bytes at an address, whatever its alignment; nothing is touched by that. No byte
    /// can be read at any address.
    pub(crate) fn peek(&self, address: u64, length: u64) -> Result<Vec<u8>, Fault> {
        if length == 0 {
            return Ok(Vec::new());
        }
        let end = address.checked_add(length).filter(|&end| end <= ADDRESS_SPACE);
        let end = end.ok_or(Fault::OutOfRange(address))?;
        let mut bytes = vec![0; length as usize];
        let mut rest = bytes.as_mut_slice();
        for piece in pieces(address, end) {
            let (now, later) = rest.split_at_mut((piece.end - piece.start) as usize);
            if self.chunks().holds(piece.start) {
                self.reservation.load_bytes(piece.start, now);
            }
            rest = later;
        }
        Ok(bytes)
    }

    /// How often a byte, not zero, is among those that `peek` reads.
    pub(crate) fn count(&self, byte: u8, address: u64, length: u64) -> Result<u64, Fault> {
        let end = address.saturating_add(length);
        let mut found = 0;
        for piece in pieces(address, end) {
            if piece.end > ADDRESS_SPACE {
                return Err(Fault::OutOfRange(address));
            }
            if self.chunks().holds(piece.start) {
                let bytes = self.peek(piece.start, piece.end - piece.start)?;
                found += bytes.iter().filter(|&&other| other == byte).count() as u64;
            }
        }
        Ok(found)
    }

    /// From now on keep what is overwritten.
    pub(crate) fn begin_unconstrained(&mut self) {
        self.snapshot = Some(Snapshot::default());
    }

    /// Put back what was overwritten since `begin_unconstrained`.
    pub(crate) fn end_unconstrained(&mut self) {
        if let Some(snapshot) = self.snapshot.take() {
            self.block_windows += 1 + snapshot.windows();
            snapshot.restore(&mut self.reservation);
        }
        // What is outside of a block must not be able to access it.
        self.chunks().withdraw(FIRST_ADDRESS - 1);
    }

    pub(crate) fn is_unconstrained(&self) -> bool {
        self.snapshot.is_some()
    }

    /// Count bytes that the guest makes the host hold.
    pub(crate) fn charge(&mut self, bytes: u64) -> Result<(), Fault> {
        if self.chunks().charge(bytes) { Ok(()) } else { Err(Fault::LimitMemory) }
    }

    pub(crate) fn refund(&mut self, bytes: u64) {
        self.chunks().refund(bytes);
    }

    /// Bytes of chunks that the guest has.
    pub(crate) fn touched_bytes(&self) -> u64 {
        self.chunks().touched_bytes()
    }

    /// The windows of 2 MiB that the guest has.
    pub(crate) fn windows(&self) -> u64 {
        self.chunks().windows()
    }

    pub(crate) fn block_windows(&self) -> u64 {
        self.block_windows
    }

    #[inline(always)]
    fn touch(&mut self, address: u64) -> Result<(), Fault> {
        if self.chunks().holds(address) { Ok(()) } else { self.commit(address) }
    }

    #[cold]
    fn commit(&mut self, address: u64) -> Result<(), Fault> {
        if address < FIRST_ADDRESS && self.snapshot.is_none() {
            return Err(Rule::LowAddress(address).into());
        }
        self.chunks().commit(address).map_err(|denied| match denied {
            Denied::Limit => Fault::LimitMemory,
            Denied::Host => Fault::HostMemory,
        })
    }

    /// Touch every chunk of so many words, which must lie in the address space.
    #[inline(always)]
    fn touch_all(&mut self, address: u64, words: usize) -> Result<(), Fault> {
        let Some(last) = words.checked_sub(1) else { return Ok(()) };
        let last = address + 8 * last as u64;
        let mut next = address;
        while next < last {
            self.touch(next)?;
            next = Chunks::next(next);
        }
        self.touch(last)
    }
}

#[cfg(test)]
mod tests;
