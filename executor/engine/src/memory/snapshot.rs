//! What an unconstrained block overwrites, to put it back at its end.

use std::collections::HashMap;

use precompiles::{FIRST_ADDRESS, Fault};

use super::Memory;
use crate::instruction::Width;

const PAGE: u64 = 4096;

/// Copies of the pages that were written to, as they were before, by page number.
#[derive(Default)]
pub struct Snapshot {
    pages: HashMap<u64, Vec<u64>>,
    last: Option<u64>,
}

impl Memory {
    /// From now on keep what is overwritten.
    pub fn begin_unconstrained(&mut self) {
        self.snapshot = Some(Snapshot::default());
    }

    /// Put back what was overwritten since `begin_unconstrained`.
    pub fn end_unconstrained(&mut self) {
        let snapshot = self.snapshot.take().unwrap_or_default();
        for (page, words) in snapshot.pages {
            for (index, word) in words.into_iter().enumerate() {
                self.reservation.store(Width::Double, page * PAGE + 8 * index as u64, word);
            }
            self.refund(PAGE);
        }
        // What is outside of a block must not be able to access it.
        self.granules().withdraw(FIRST_ADDRESS - 1);
    }

    pub fn is_unconstrained(&self) -> bool {
        self.snapshot.is_some()
    }

    /// Keep the page of an address that exists, before the first write to it.
    pub(super) fn save_page(&mut self, address: u64) -> Result<(), Fault> {
        let page = address / PAGE;
        let Some(snapshot) = &mut self.snapshot else { return Ok(()) };
        if snapshot.last.replace(page) == Some(page) || snapshot.pages.contains_key(&page) {
            return Ok(());
        }
        self.charge(PAGE)?;
        let words = (0..PAGE / 8)
            .map(|index| self.reservation.load(Width::Double, false, page * PAGE + 8 * index))
            .collect();
        if let Some(snapshot) = &mut self.snapshot {
            snapshot.pages.insert(page, words);
        }
        Ok(())
    }
}
