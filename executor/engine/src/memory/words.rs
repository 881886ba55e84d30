//! The view that precompiles have.

use precompiles::{Fault, GuestMemory};

use super::{ADDRESS_SPACE, Memory};
use crate::instruction::Width;

impl GuestMemory for Memory {
    fn read_words(&mut self, address: u64, words: &mut [u64]) -> Result<(), Fault> {
        check_range(address, words.len())?;
        for (word, address) in words.iter_mut().zip((address..).step_by(8)) {
            *word = self.load(Width::Double, false, address)?;
        }
        Ok(())
    }

    fn write_words(&mut self, address: u64, words: &[u64]) -> Result<(), Fault> {
        check_range(address, words.len())?;
        for (word, address) in words.iter().zip((address..).step_by(8)) {
            self.store(Width::Double, address, *word)?;
        }
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
