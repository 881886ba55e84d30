//! What was accessed, as far as SP1's circuits want to know: a word has one value at the start, and
//! HINT_READ gives it that value. So nothing may have been there before.
//!
//! Marks are set for what a proof covers: not for WRITE, and not inside of unconstrained blocks.
//! Compiled code sets `ACCESSED` in the place of whatever mark was there, or nothing: marks cost up
//! to half of its speed, and few programs need those of hot code. Where a mark could be missing that
//! would matter, the run is doubtful, and made again with all of them (`run`).

use attestor_precompiles::{FIRST_ADDRESS, Fault, GuestMemory, Kept, Rule};

use super::Memory;
use super::address::{ACCESSED, ADDRESS_SPACE};
use super::chunks::{CHUNK_BYTES, pieces};
use crate::instruction::Width;

/// A precompile accessed the word.
const BY_PRECOMPILE: u8 = 2;
/// A hint gave the word its first value.
const HINTED: u8 = 4;

impl Memory {
    /// Write a hint's bytes, and zeros up to the next word.
    ///
    /// # Errors
    /// A word of it has no address, is in use already, or is one word of zeros more than a proof
    /// knows of: SP1's executor writes it behind a multiple of eight bytes.
    pub(crate) fn hint(&mut self, address: u64, bytes: &[u8]) -> Result<(), Fault> {
        let words = bytes.len().div_ceil(8) as u64;
        let end = address.checked_add(8 * words).filter(|&end| end <= ADDRESS_SPACE);
        let end = end.ok_or(Fault::OutOfRange(address))?;
        self.doubtful |= self.unmarked && self.exists_somewhere(address, end);
        if words > 0 && address < FIRST_ADDRESS {
            return Err(Rule::HintLow(address).into());
        }
        if bytes.len().is_multiple_of(8) {
            self.check_tail(end)?;
        }
        if let Some(used) = self.first_in_use(address, end) {
            return Err(Rule::HintOverMemory(used).into());
        }
        let mut rest = bytes;
        for piece in pieces(address, end) {
            self.touch(piece.start)?;
            let words = ((piece.end - piece.start) / 8) as usize;
            // The last word ends with zeros.
            self.reservation.store(Width::Double, piece.end - 8, 0);
            let (now, later) = rest.split_at(rest.len().min(8 * words));
            self.reservation.store_bytes(piece.start, now);
            self.reservation.marks_mut(piece.start, words).fill(HINTED);
            rest = later;
        }
        // The executor makes memory for its word of zeros, too.
        if bytes.len().is_multiple_of(8) && end >= FIRST_ADDRESS {
            self.touch(end)?;
        }
        Ok(())
    }

    /// The executor zeroes this word, and the circuits do not know of it.
    fn check_tail(&self, address: u64) -> Result<(), Fault> {
        if address >= ADDRESS_SPACE {
            return Err(Fault::OutOfRange(address));
        }
        if !self.chunks().holds(address) {
            return Ok(());
        }
        let is_accessed = self.reservation.mark(address) & (ACCESSED | BY_PRECOMPILE) != 0;
        if is_accessed || self.reservation.load(Width::Double, false, address) != 0 {
            return Err(Rule::HintTail(address).into());
        }
        Ok(())
    }

    /// From now on there is compiled code that marks nothing.
    pub(crate) fn begin_unmarked(&mut self) {
        self.unmarked = true;
    }

    /// Whether a hint came where a mark could be missing. What follows need not be executed.
    pub(crate) fn has_doubtful_hint(&self) -> bool {
        self.doubtful
    }

    /// Whether a mark could be missing that would have refused the run, or would not.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.doubtful || self.unmarked && self.precompile_only().is_some()
    }

    /// Whether a word of these, or the next one, is in a chunk that exists.
    fn exists_somewhere(&self, address: u64, end: u64) -> bool {
        let last = end.min(ADDRESS_SPACE - 1);
        let mut starts = pieces(address, end).map(|piece| piece.start).chain([last]);
        starts.any(|place| self.chunks().holds(place))
    }

    /// The first word of these that the image fills or that has a mark.
    fn first_in_use(&self, address: u64, end: u64) -> Option<u64> {
        let filled = self.image.iter().map(|range| range.start.max(address)..range.end.min(end));
        let filled = filled.filter(|common| !common.is_empty()).map(|common| common.start).min();
        let marked = pieces(address, end).find_map(|piece| {
            let words = ((piece.end - piece.start) / 8) as usize;
            let exists = self.chunks().holds(piece.start);
            let marks: &[u8] =
                if exists { self.reservation.marks(piece.start, words) } else { &[] };
            let found = marks.iter().position(|&mark| mark != 0)?;
            Some(piece.start + 8 * found as u64)
        });
        filled.into_iter().chain(marked).min()
    }

    fn is_in_image(&self, address: u64) -> bool {
        let behind = self.image.partition_point(|range| range.start <= address);
        behind.checked_sub(1).is_some_and(|before| address < self.image[before].end)
    }

    /// Make it so that a precompile may access these words.
    #[inline(always)]
    fn prepare(&mut self, address: u64, words: usize) -> Result<(), Fault> {
        check_range(address, words)?;
        if words > 0 && self.are_marked(address, words) {
            return Ok(());
        }
        self.touch_all(address, words)?;
        self.mark_words(address, words)
    }

    /// Whether these words are in one chunk, and each was accessed before.
    #[inline(always)]
    fn are_marked(&self, address: u64, words: usize) -> bool {
        let last = address + 8 * (words as u64 - 1);
        if address / CHUNK_BYTES != last / CHUNK_BYTES || !self.chunks().holds(address) {
            return false;
        }
        const EACH: u32 = u32::from_ne_bytes([1; 4]);
        let known = |marks: u32| marks | marks >> BY_PRECOMPILE.trailing_zeros();
        // Without an early end, so that many are looked at together.
        let (fours, rest) = self.reservation.marks(address, words).as_chunks();
        let fours = fours.iter().fold(EACH, |all, four| all & known(u32::from_ne_bytes(*four)));
        rest.iter().fold(fours, |all, mark| all & known(EACH * u32::from(*mark))) == EACH
    }

    /// A precompile accesses these words, whose chunks exist.
    #[cold]
    fn mark_words(&mut self, address: u64, words: usize) -> Result<(), Fault> {
        let end = address + 8 * words as u64;
        let mut new = false;
        for piece in pieces(address, end) {
            let words = ((piece.end - piece.start) / 8) as usize;
            let is_unknown = |mark: &&mut u8| **mark & (ACCESSED | BY_PRECOMPILE) == 0;
            let marks = self.reservation.marks_mut(piece.start, words);
            for mark in marks.iter_mut().filter(is_unknown) {
                *mark |= BY_PRECOMPILE;
                new = true;
            }
        }
        if !new {
            return Ok(());
        }
        match self.by_precompiles.last_mut() {
            Some(last) if last.end == address => last.end = end,
            _ => {
                self.charge(size_of_val(&(0_u64..0)) as u64)?;
                self.by_precompiles.push(address..end);
            }
        }
        Ok(())
    }

    /// A word that precompiles accessed, and nothing else.
    pub(crate) fn precompile_only(&self) -> Option<u64> {
        let words = self.by_precompiles.iter().flat_map(|range| range.clone().step_by(8));
        let is_only = |word: &u64| self.reservation.mark(*word) == BY_PRECOMPILE;
        words.filter(is_only).find(|&word| !self.is_in_image(word))
    }
}

impl GuestMemory for Memory {
    fn read_words(&mut self, address: u64, words: &mut [u64]) -> Result<(), Fault> {
        self.prepare(address, words.len())?;
        self.reservation.load_words(address, words);
        Ok(())
    }

    fn write_words(&mut self, address: u64, words: &[u64]) -> Result<(), Fault> {
        self.prepare(address, words.len())?;
        self.reservation.store_words(address, words);
        Ok(())
    }

    fn kept(&mut self) -> &mut Kept {
        &mut self.kept
    }
}

/// A pointer of a precompile, which are constrained all.
fn check_range(address: u64, words: usize) -> Result<(), Fault> {
    if !address.is_multiple_of(8) {
        return Err(Fault::Misaligned(address));
    }
    let end = (words as u64).checked_mul(8).and_then(|bytes| address.checked_add(bytes));
    if end.is_none_or(|end| end > ADDRESS_SPACE) {
        return Err(Fault::OutOfRange(address));
    }
    if address < FIRST_ADDRESS {
        return Err(Rule::LowPointer(address).into());
    }
    Ok(())
}
