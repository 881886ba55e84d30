//! What was accessed, as far as SP1's circuits want to know: a word has one value at the start, and
//! HINT_READ gives it that value. So nothing may have been there before.
//!
//! Marks are set for what a proof covers: not for WRITE, and not inside of unconstrained blocks.
//! Compiled code sets `ACCESSED` in the place of whatever mark was there.

use attestor_precompiles::{FIRST_ADDRESS, Fault, GuestMemory, Rule};

use super::Memory;
use super::address::{ACCESSED, ADDRESS_SPACE};
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
        if words > 0 && address < FIRST_ADDRESS {
            return Err(Rule::HintLow(address).into());
        }
        if bytes.len().is_multiple_of(8) {
            self.check_tail(end)?;
        }
        if let Some(used) = (address..end).step_by(8).find(|&word| self.is_in_use(word)) {
            return Err(Rule::HintOverMemory(used).into());
        }
        for (chunk, address) in bytes.chunks(8).zip((address..).step_by(8)) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.touch(address)?;
            self.reservation.store(Width::Double, address, u64::from_le_bytes(word));
            self.reservation.set_mark(address, HINTED);
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

    fn is_in_use(&self, address: u64) -> bool {
        let is_marked = self.chunks().holds(address) && self.reservation.mark(address) != 0;
        is_marked || self.is_in_image(address)
    }

    fn is_in_image(&self, address: u64) -> bool {
        let behind = self.image.partition_point(|range| range.start <= address);
        behind.checked_sub(1).is_some_and(|before| address < self.image[before].end)
    }

    /// A precompile accesses these words, whose chunks exist.
    pub(super) fn mark_words(&mut self, address: u64, words: usize) -> Result<(), Fault> {
        let all = (address..).step_by(8).take(words);
        let mut new = false;
        for word in all {
            let mark = self.reservation.mark(word);
            if mark & (ACCESSED | BY_PRECOMPILE) == 0 {
                self.reservation.set_mark(word, mark | BY_PRECOMPILE);
                new = true;
            }
        }
        if !new {
            return Ok(());
        }
        let end = address + 8 * words as u64;
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
        check_range(address, words.len())?;
        self.touch_all(address, words.len())?;
        self.mark_words(address, words.len())?;
        self.reservation.load_words(address, words);
        Ok(())
    }

    fn write_words(&mut self, address: u64, words: &[u64]) -> Result<(), Fault> {
        check_range(address, words.len())?;
        self.touch_all(address, words.len())?;
        self.mark_words(address, words.len())?;
        self.reservation.store_words(address, words);
        Ok(())
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
