//! The view that precompiles have.

use attestor_precompiles::{Fault, GuestMemory};

use super::Memory;
use super::address::ADDRESS_SPACE;
use crate::instruction::Width;

impl GuestMemory for Memory {
    fn read_words(&mut self, address: u64, words: &mut [u64]) -> Result<(), Fault> {
        check_range(address, words.len())?;
        self.touch_all(address, words.len())?;
        self.reservation.load_words(address, words);
        Ok(())
    }

    fn write_words(&mut self, address: u64, words: &[u64]) -> Result<(), Fault> {
        check_range(address, words.len())?;
        if self.snapshot.is_some() {
            let mut places = words.iter().zip((address..).step_by(8));
            return places.try_for_each(|(word, at)| self.store(Width::Double, at, *word));
        }
        self.touch_all(address, words.len())?;
        self.reservation.store_words(address, words);
        Ok(())
    }
}

fn check_range(address: u64, words: usize) -> Result<(), Fault> {
    if !address.is_multiple_of(8) {
        return Err(Fault::Misaligned(address));
    }
    let end = (words as u64).checked_mul(8).and_then(|bytes| address.checked_add(bytes));
    if end.is_none_or(|end| end > ADDRESS_SPACE) {
        return Err(Fault::OutOfRange(address));
    }
    Ok(())
}
