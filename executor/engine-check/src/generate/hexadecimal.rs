//! Numbers of 64 hexadecimal digits.

/// Its four words, the lowest first.
pub(super) fn little_endian_words(number: &str) -> impl Iterator<Item = u64> {
    let word = |index: usize| u64::from_str_radix(&number[16 * index..16 * (index + 1)], 16);
    (0..4).rev().map(move |index| word(index).expect("64 hex digits"))
}
