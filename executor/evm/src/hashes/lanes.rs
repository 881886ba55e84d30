//! Several strings at once, in the words of vectors (FIPS 202, with Keccak's own padding).

#![allow(unsafe_code)]

#[macro_use]
mod permutation;
mod avx2;
mod avx512;
mod state;

use alloy_primitives::B256;

use state::{Lanes, RATE, State};

/// The hash of each string, in order; None where the machine has no such vectors.
pub(super) fn keccak_all(strings: &[&[u8]]) -> Option<Vec<B256>> {
    if let Some(lanes) = avx512::Avx512::detected() {
        return Some(keccak_in(lanes, strings));
    }
    avx2::Avx2::detected().map(|lanes| keccak_in(lanes, strings))
}

/// A string in a lane, and which block of it is next.
#[derive(Clone, Copy)]
struct Place {
    index: usize,
    block: usize,
}

/// Each lane takes the next string when it is through with one, the longest first.
fn keccak_in<const LANES: usize>(lanes: impl Lanes<LANES>, strings: &[&[u8]]) -> Vec<B256> {
    let mut hashes = vec![B256::ZERO; strings.len()];
    let mut order: Vec<usize> = (0..strings.len()).collect();
    order.sort_unstable_by_key(|index| std::cmp::Reverse(strings[*index].len()));
    let mut next = order.into_iter().map(|index| Place { index, block: 0 });
    let mut state = State::default();
    let mut places: [_; LANES] = std::array::from_fn(|_| next.next());
    let mut ends = [[0; RATE]; LANES];
    while places.iter().any(Option::is_some) {
        let mut blocks = [&[0; RATE]; LANES];
        for ((block, end), place) in blocks.iter_mut().zip(&mut ends).zip(&places) {
            let Some(place) = place else {
                continue;
            };
            let rest = strings[place.index].get(place.block * RATE..).unwrap_or_default();
            *block = rest.first_chunk().unwrap_or_else(|| padded(rest, end));
        }
        lanes.absorb(&mut state, &blocks);
        for (lane, place) in places.iter_mut().enumerate() {
            let Some(Place { index, block }) = place else {
                continue;
            };
            if *block < strings[*index].len() / RATE {
                *block += 1;
            } else {
                hashes[*index] = state.take(lane);
                *place = next.next();
            }
        }
    }
    hashes
}

/// The last block of a string: what is left of it, with its padding.
fn padded<'a>(rest: &[u8], block: &'a mut [u8; RATE]) -> &'a [u8; RATE] {
    block.fill(0);
    block[..rest.len()].copy_from_slice(rest);
    block[rest.len()] ^= 0x01;
    block[RATE - 1] ^= 0x80;
    block
}

#[cfg(test)]
mod tests {
    use alloy_primitives::keccak256;

    use super::*;

    /// A machine with the longer vectors would never look at the shorter ones.
    fn hashes_are_right<const LANES: usize>(lanes: impl Lanes<LANES>) {
        let data: Vec<u8> = (0..9000_u32).map(|index| (index * 31 % 253) as u8).collect();
        let all: Vec<&[u8]> = (0..90).map(|index| &data[index..index * index]).collect();
        for count in 0..all.len() {
            let strings = &all[count.saturating_sub(11)..count];
            let expected: Vec<B256> = strings.iter().map(keccak256).collect();
            assert_eq!(keccak_in(lanes, strings), expected, "{count}");
        }
    }

    #[test]
    fn hashes_in_vectors_of_each_length_are_those_of_one_string_at_a_time() {
        if let Some(lanes) = avx2::Avx2::detected() {
            hashes_are_right(lanes);
        }
        if let Some(lanes) = avx512::Avx512::detected() {
            hashes_are_right(lanes);
        }
    }
}
