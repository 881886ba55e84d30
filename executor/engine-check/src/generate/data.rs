//! What a program's memory and stdin hold at the start.

use super::hexadecimal::little_endian_words;
use super::operands;
use crate::random::Random;

/// The bytes of the data; half of them are on each side of the base register.
pub(super) const BYTES: usize = 4096;
pub(super) const MIDDLE: i64 = 2048;
/// All of the segment: the operands of precompiles follow, out of reach of loads and stores.
#[cfg(test)]
pub(super) const SEGMENT_BYTES: usize = operands::OFFSET + operands::BYTES as usize;
/// The word where curve points start.
pub(super) const FIRST_POINT: usize = 128;

/// Generators of secp256k1, secp256r1 and bn254, x then y, most significant digit first.
/// Sources: SEC 2 (2.4.1 and 2.4.2); EIP-196.
const POINTS: [[&str; 2]; 3] = [
    [
        "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
        "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
    ],
    [
        "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    ],
    [
        "0000000000000000000000000000000000000000000000000000000000000001",
        "0000000000000000000000000000000000000000000000000000000000000002",
    ],
];

/// The data segment: words, with points of curves among them.
pub(super) fn bytes(random: &mut Random) -> Vec<u8> {
    let mut words: Vec<u64> = (0..BYTES / 8).map(|_| random.word()).collect();
    for (index, point) in POINTS.iter().enumerate() {
        let start = FIRST_POINT + 16 * index;
        let coordinates = point.iter().flat_map(|number| little_endian_words(number));
        for (word, place) in coordinates.zip(&mut words[start..]) {
            *place = word;
        }
    }
    words.resize(operands::OFFSET / 8, 0);
    words.extend(operands::words(random));
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// One stdin entry.
pub(super) fn entry(random: &mut Random) -> Vec<u8> {
    let length = random.below(65);
    (0..length).map(|_| random.any() as u8).collect()
}
