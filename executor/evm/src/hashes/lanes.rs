//! Four strings at once, in the four words of AVX2's vectors (FIPS 202, with Keccak's own padding).

#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _mm256_and_si256, _mm256_andnot_si256, _mm256_extract_epi64, _mm256_or_si256,
    _mm256_set_epi64x, _mm256_set1_epi64x, _mm256_setzero_si256, _mm256_slli_epi64,
    _mm256_srli_epi64, _mm256_xor_si256,
};

use alloy_primitives::B256;

const LANES: usize = 4;
const WORDS: usize = 25;
/// Bytes of a string that one permutation takes in.
const RATE: usize = 136;
const RATE_WORDS: usize = RATE / 8;

const ROUND_CONSTANTS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];
type State = [__m256i; WORDS];

/// The hash of each string, in order; None where the machine has no AVX2.
pub(super) fn keccak_all(strings: &[&[u8]]) -> Option<Vec<B256>> {
    if !std::arch::is_x86_feature_detected!("avx2") {
        return None;
    }
    // SAFETY: the machine has AVX2.
    Some(unsafe { keccak_in_lanes(strings) })
}

/// A string in a lane, and which block of it is next.
#[derive(Clone, Copy)]
struct Place {
    index: usize,
    block: usize,
}

/// Each lane takes the next string when it is through with one, the longest first.
#[target_feature(enable = "avx2")]
fn keccak_in_lanes(strings: &[&[u8]]) -> Vec<B256> {
    let mut hashes = vec![B256::ZERO; strings.len()];
    let mut order: Vec<usize> = (0..strings.len()).collect();
    order.sort_unstable_by_key(|index| std::cmp::Reverse(strings[*index].len()));
    let mut next = order.into_iter().map(|index| Place { index, block: 0 });
    let mut state = [_mm256_setzero_si256(); WORDS];
    let mut places = [next.next(), next.next(), next.next(), next.next()];
    while places.iter().any(Option::is_some) {
        let mut ends = [[0; RATE]; LANES];
        let mut blocks = [&[0; RATE]; LANES];
        for ((block, end), place) in blocks.iter_mut().zip(&mut ends).zip(&places) {
            let Some(place) = place else {
                continue;
            };
            let rest = strings[place.index].get(place.block * RATE..).unwrap_or_default();
            *block = rest.first_chunk().unwrap_or_else(|| padded(rest, end));
        }
        absorb(&mut state, &blocks);
        permute(&mut state);
        for (lane, place) in places.iter_mut().enumerate() {
            let Some(Place { index, block }) = place else {
                continue;
            };
            if *block < strings[*index].len() / RATE {
                *block += 1;
            } else {
                hashes[*index] = digest(&state, lane);
                clear(&mut state, lane);
                *place = next.next();
            }
        }
    }
    hashes
}

#[target_feature(enable = "avx2")]
fn absorb(state: &mut State, blocks: &[&[u8; RATE]; LANES]) {
    for (index, word) in state.iter_mut().take(RATE_WORDS).enumerate() {
        let of = |lane: usize| i64::from_le_bytes(blocks[lane].as_chunks::<8>().0[index]);
        *word = xor(*word, _mm256_set_epi64x(of(3), of(2), of(1), of(0)));
    }
}

/// Make a lane ready for another string.
#[target_feature(enable = "avx2")]
fn clear(state: &mut State, lane: usize) {
    let kept = |other: usize| if other == lane { 0 } else { -1 };
    let mask = _mm256_set_epi64x(kept(3), kept(2), kept(1), kept(0));
    for word in state {
        *word = _mm256_and_si256(*word, mask);
    }
}

/// The last block of a string: what is left of it, with its padding.
fn padded<'a>(rest: &[u8], block: &'a mut [u8; RATE]) -> &'a [u8; RATE] {
    block[..rest.len()].copy_from_slice(rest);
    block[rest.len()] ^= 0x01;
    block[RATE - 1] ^= 0x80;
    block
}

#[target_feature(enable = "avx2")]
fn digest(state: &State, lane: usize) -> B256 {
    let mut hash = B256::ZERO;
    for (place, word) in hash.as_chunks_mut::<8>().0.iter_mut().zip(state) {
        let words = [
            _mm256_extract_epi64::<0>(*word),
            _mm256_extract_epi64::<1>(*word),
            _mm256_extract_epi64::<2>(*word),
            _mm256_extract_epi64::<3>(*word),
        ];
        *place = words[lane].to_le_bytes();
    }
    hash
}

#[target_feature(enable = "avx2")]
#[inline]
fn xor(left: __m256i, right: __m256i) -> __m256i {
    _mm256_xor_si256(left, right)
}

/// `RIGHT` is 64 - `LEFT`.
#[target_feature(enable = "avx2")]
#[inline]
fn rotated<const LEFT: i32, const RIGHT: i32>(word: __m256i) -> __m256i {
    _mm256_or_si256(_mm256_slli_epi64::<LEFT>(word), _mm256_srli_epi64::<RIGHT>(word))
}

/// A row after theta, rho, pi and chi: of each of its words, which one comes there, and by how many
/// bits it is rotated to the left, or to the right.
macro_rules! row {
    ($to:ident, $row:expr, $from:ident, $parities:ident,
     $(($word:expr, $left:expr, $right:expr)),*) => {
        let words = [$(rotated::<$left, $right>(xor($from[$word], $parities[$word % 5]))),*];
        $to[5 * $row] = xor(words[0], _mm256_andnot_si256(words[1], words[2]));
        $to[5 * $row + 1] = xor(words[1], _mm256_andnot_si256(words[2], words[3]));
        $to[5 * $row + 2] = xor(words[2], _mm256_andnot_si256(words[3], words[4]));
        $to[5 * $row + 3] = xor(words[3], _mm256_andnot_si256(words[4], words[0]));
        $to[5 * $row + 4] = xor(words[4], _mm256_andnot_si256(words[0], words[1]));
    };
}

#[target_feature(enable = "avx2")]
#[inline]
fn column(state: &State, x: usize) -> __m256i {
    let pairs = xor(xor(state[x], state[x + 5]), xor(state[x + 10], state[x + 15]));
    xor(pairs, state[x + 20])
}

#[target_feature(enable = "avx2")]
fn permute(state: &mut State) {
    for constant in ROUND_CONSTANTS {
        let columns = [
            column(state, 0),
            column(state, 1),
            column(state, 2),
            column(state, 3),
            column(state, 4),
        ];
        let parities = [
            xor(columns[4], rotated::<1, 63>(columns[1])),
            xor(columns[0], rotated::<1, 63>(columns[2])),
            xor(columns[1], rotated::<1, 63>(columns[3])),
            xor(columns[2], rotated::<1, 63>(columns[4])),
            xor(columns[3], rotated::<1, 63>(columns[0])),
        ];
        let mut moved = *state;
        row!(
            moved,
            0,
            state,
            parities,
            (0, 0, 64),
            (6, 44, 20),
            (12, 43, 21),
            (18, 21, 43),
            (24, 14, 50)
        );
        row!(
            moved,
            1,
            state,
            parities,
            (3, 28, 36),
            (9, 20, 44),
            (10, 3, 61),
            (16, 45, 19),
            (22, 61, 3)
        );
        row!(
            moved,
            2,
            state,
            parities,
            (1, 1, 63),
            (7, 6, 58),
            (13, 25, 39),
            (19, 8, 56),
            (20, 18, 46)
        );
        row!(
            moved,
            3,
            state,
            parities,
            (4, 27, 37),
            (5, 36, 28),
            (11, 10, 54),
            (17, 15, 49),
            (23, 56, 8)
        );
        row!(
            moved,
            4,
            state,
            parities,
            (2, 62, 2),
            (8, 55, 9),
            (14, 39, 25),
            (15, 41, 23),
            (21, 2, 62)
        );
        moved[0] = xor(moved[0], _mm256_set1_epi64x(constant.cast_signed()));
        *state = moved;
    }
}
