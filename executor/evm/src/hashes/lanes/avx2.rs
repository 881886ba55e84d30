//! Four lanes, in the vectors of AVX2.

use std::arch::x86_64::{
    __m256i, _mm256_andnot_si256, _mm256_load_si256, _mm256_or_si256, _mm256_set_epi64x,
    _mm256_set1_epi64x, _mm256_slli_epi64, _mm256_srli_epi64, _mm256_store_si256, _mm256_xor_si256,
};

use super::state::{Lanes, RATE, RATE_WORDS, State, word};

const LANES: usize = 4;

type Vector = __m256i;

/// A machine that has AVX2.
#[derive(Clone, Copy)]
pub(super) struct Avx2(());

impl Avx2 {
    pub(super) fn detected() -> Option<Self> {
        std::arch::is_x86_feature_detected!("avx2").then_some(Self(()))
    }
}

impl Lanes<LANES> for Avx2 {
    fn absorb(self, state: &mut State<LANES>, blocks: &[&[u8; RATE]; LANES]) {
        // SAFETY: there is one of this type on machines with AVX2 alone.
        unsafe { absorb(state, blocks) }
    }
}

#[target_feature(enable = "avx2")]
fn absorb(state: &mut State<LANES>, blocks: &[&[u8; RATE]; LANES]) {
    // SAFETY: a state is aligned to 64 bytes, and a word of it has as many as a vector.
    let mut words =
        state.0.each_ref().map(|word| unsafe { _mm256_load_si256(word.as_ptr().cast()) });
    for (index, to) in words.iter_mut().take(RATE_WORDS).enumerate() {
        let of = |lane: usize| word(blocks[lane], index);
        *to = xor(*to, _mm256_set_epi64x(of(3), of(2), of(1), of(0)));
    }
    permute(&mut words);
    for (word, from) in state.0.iter_mut().zip(words) {
        // SAFETY: as above.
        unsafe { _mm256_store_si256(word.as_mut_ptr().cast(), from) };
    }
}

permutation!("avx2");

#[target_feature(enable = "avx2")]
#[inline]
fn xor(left: Vector, right: Vector) -> Vector {
    _mm256_xor_si256(left, right)
}

#[target_feature(enable = "avx2")]
#[inline]
fn xor_of_five([a, b, c, d, e]: [Vector; 5]) -> Vector {
    xor(xor(xor(a, b), xor(c, d)), e)
}

/// `a` ⊕ (¬`b` ∧ `c`)
#[target_feature(enable = "avx2")]
#[inline]
fn chi(a: Vector, b: Vector, c: Vector) -> Vector {
    xor(a, _mm256_andnot_si256(b, c))
}

/// `RIGHT` is 64 - `LEFT`.
#[target_feature(enable = "avx2")]
#[inline]
fn rotated<const LEFT: i32, const RIGHT: i32>(word: Vector) -> Vector {
    _mm256_or_si256(_mm256_slli_epi64::<LEFT>(word), _mm256_srli_epi64::<RIGHT>(word))
}

#[target_feature(enable = "avx2")]
#[inline]
fn repeated(word: u64) -> Vector {
    _mm256_set1_epi64x(word.cast_signed())
}
