//! The states of all lanes, and what takes blocks into them.

use alloy_primitives::B256;

pub(super) const WORDS: usize = 25;
/// Bytes of a string that one permutation takes in.
pub(super) const RATE: usize = 136;
pub(super) const RATE_WORDS: usize = RATE / 8;

/// The words of as many states as there are lanes: each word of all of them side by side.
#[repr(align(64))]
pub(super) struct State<const LANES: usize>(pub(super) [[u64; LANES]; WORDS]);

/// What a machine has that takes in a block of each lane's string.
pub(super) trait Lanes<const LANES: usize>: Copy {
    fn absorb(self, state: &mut State<LANES>, blocks: &[&[u8; RATE]; LANES]);
}

impl<const LANES: usize> Default for State<LANES> {
    fn default() -> Self {
        Self([[0; LANES]; WORDS])
    }
}

impl<const LANES: usize> State<LANES> {
    /// The hash in a lane, which is ready for another string then.
    pub(super) fn take(&mut self, lane: usize) -> B256 {
        let mut hash = B256::ZERO;
        for (place, word) in hash.as_chunks_mut::<8>().0.iter_mut().zip(&self.0) {
            *place = word[lane].to_le_bytes();
        }
        self.0.iter_mut().for_each(|word| word[lane] = 0);
        hash
    }
}

/// A word of a block.
pub(super) fn word(block: &[u8; RATE], index: usize) -> i64 {
    i64::from_le_bytes(block.as_chunks::<8>().0[index])
}
