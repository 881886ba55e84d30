//! Operands that precompiles take, and that SP1's circuits take too: numbers below the prime.
//!
//! Each field and each curve has an area of its own, which precompiles alone write: their results are
//! operands again.

use super::hexadecimal::little_endian_words;
use crate::elf::DATA;
use crate::random::Random;

/// Behind what loads and stores reach from the data.
pub(super) const OFFSET: usize = 0x1800;
pub(super) const START: u64 = DATA + OFFSET as u64;
pub(super) const BYTES: u64 = 8 * END as u64;

/// An area of slots, each of which holds one operand.
#[derive(Clone, Copy)]
pub(super) struct Operands {
    start: usize,
    words: usize,
    slots: usize,
}

impl Operands {
    const fn after(before: Self, words: usize, slots: usize) -> Self {
        Self { start: before.end(), words, slots }
    }

    const fn end(self) -> usize {
        self.start + self.words * self.slots
    }

    fn slot(self, slot: usize) -> u64 {
        START + 8 * (self.start + self.words * slot) as u64
    }

    /// A slot, and another one.
    pub(super) fn pick_two(self, random: &mut Random) -> [u64; 2] {
        let first = random.below(self.slots as u64) as usize;
        let ahead = random.between(1, self.slots as i64 - 1) as usize;
        [self.slot(first), self.slot((first + ahead) % self.slots)]
    }

    /// The first slot, and the one behind it.
    pub(super) fn first_two(self) -> [u64; 2] {
        [self.slot(0), self.slot(1)]
    }
}

pub(super) const SECP256K1: Operands = Operands { start: 0, words: 8, slots: 4 };
pub(super) const SECP256R1: Operands = Operands::after(SECP256K1, 8, 4);
pub(super) const BN254: Operands = Operands::after(SECP256R1, 8, 4);
pub(super) const BN254_FP2: Operands = Operands::after(BN254, 8, 3);
/// The same numbers one by one.
pub(super) const BN254_FP: Operands = Operands { words: 4, slots: 6, ..BN254_FP2 };
/// A number, and another one with its modulus.
pub(super) const UINT256: Operands = Operands::after(BN254_FP2, 4, 3);
pub(super) const BLS12381: Operands = Operands::after(UINT256, 12, 4);
pub(super) const BLS12381_FP2: Operands = Operands::after(BLS12381, 12, 3);
pub(super) const BLS12381_FP: Operands = Operands { words: 6, slots: 6, ..BLS12381_FP2 };
/// The schedule of a block, and a hash, at the start of the second one.
pub(super) const SHA256: Operands = Operands::after(BLS12381_FP2, 64, 2);
pub(super) const POSEIDON2: Operands = Operands::after(SHA256, 8, 2);
pub(super) const ED25519: Operands = Operands::after(POSEIDON2, 8, 3);
const END: usize = ED25519.end();

/// The base point of ed25519, x then y, most significant digit first. Source: RFC 8032, 5.1.
const ED25519_BASE: [&str; 2] = [
    "216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a",
    "6666666666666666666666666666666666666666666666666666666666666658",
];
/// Less than the highest word of every prime, and than a half word's.
const SMALL: u64 = 1 << 29;

/// What all areas hold at the start.
pub(super) fn words(random: &mut Random) -> Vec<u64> {
    let mut words: Vec<u64> = (0..ED25519.start)
        .map(|index| {
            let is_highest = match index {
                _ if index >= SHA256.start => true,
                _ if index >= BLS12381.start => (index - BLS12381.start) % 6 == 5,
                _ => index % 4 == 3,
            };
            // The highest word is not 0, so that a modulus is long enough for any product.
            if is_highest { 1 + random.word() % (SMALL - 1) } else { random.word() }
        })
        .collect();
    for _ in 0..ED25519.slots {
        words.extend(ED25519_BASE.iter().flat_map(|number| little_endian_words(number)));
    }
    words
}
