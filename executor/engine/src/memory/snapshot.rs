//! What an unconstrained block overwrites, to put it back at its end.

use std::collections::{HashMap, HashSet};

use attestor_precompiles::Fault;

use super::reservation::Reservation;
use crate::instruction::Width;

const PAGE: u64 = 4096;
const WINDOW: u64 = 2 << 20;

/// Copies of the pages that were written to, as they were before, by page number.
#[derive(Default)]
pub(super) struct Snapshot {
    pages: HashMap<u64, Vec<u64>>,
    last_pages: Last,
    /// The numbers of the windows that were accessed.
    windows: HashSet<u64>,
    last_windows: Last,
}

/// The last number, and the last other one: mostly the stack's and the heap's.
#[derive(Default)]
struct Last([Option<u64>; 2]);

impl Last {
    /// Whether it is one of the two; from then on it is the last.
    #[inline(always)]
    fn was(&mut self, number: u64) -> bool {
        let number = Some(number);
        if self.0[0] == number {
            return true;
        }
        self.0.swap(0, 1);
        let was = self.0[0] == number;
        self.0[0] = number;
        was
    }
}

impl Snapshot {
    /// Note an access.
    pub(super) fn visit(&mut self, address: u64) {
        let window = address / WINDOW;
        if !self.last_windows.was(window) {
            self.windows.insert(window);
        }
    }

    pub(super) fn windows(&self) -> u64 {
        self.windows.len() as u64
    }

    /// Keep the page of an address that exists, before the first write to it.
    pub(super) fn save_page(
        &mut self,
        reservation: &Reservation,
        address: u64,
    ) -> Result<(), Fault> {
        self.visit(address);
        let page = address / PAGE;
        if self.last_pages.was(page) || self.pages.contains_key(&page) {
            return Ok(());
        }
        if !reservation.chunks().charge(PAGE) {
            return Err(Fault::LimitMemory);
        }
        let words = (0..PAGE / 8)
            .map(|index| reservation.load(Width::Double, false, page * PAGE + 8 * index))
            .collect();
        self.pages.insert(page, words);
        Ok(())
    }

    /// Put all pages back as they were.
    pub(super) fn restore(self, reservation: &mut Reservation) {
        for (page, words) in self.pages {
            for (index, word) in words.into_iter().enumerate() {
                reservation.store(Width::Double, page * PAGE + 8 * index as u64, word);
            }
            reservation.chunks().refund(PAGE);
        }
    }
}
