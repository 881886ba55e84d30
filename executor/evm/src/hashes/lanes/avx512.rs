//! Eight lanes, in the vectors of AVX-512: with instructions that rotate, and that take three words.

use std::arch::x86_64::{
    __m512i, _mm512_load_si512, _mm512_rol_epi64, _mm512_set_epi64, _mm512_set1_epi64,
    _mm512_store_si512, _mm512_ternarylogic_epi64, _mm512_xor_si512,
};

use super::state::{Lanes, RATE, RATE_WORDS, State, word};

const LANES: usize = 8;
/// Functions of three bits, as the table of their values.
const XOR_OF_THREE: i32 = 0b1001_0110;
const CHI: i32 = 0b1101_0010;

type Vector = __m512i;

/// A machine that has AVX-512.
#[derive(Clone, Copy)]
pub(super) struct Avx512(());

impl Avx512 {
    pub(super) fn detected() -> Option<Self> {
        std::arch::is_x86_feature_detected!("avx512f").then_some(Self(()))
    }
}

impl Lanes<LANES> for Avx512 {
    fn absorb(self, state: &mut State<LANES>, blocks: &[&[u8; RATE]; LANES]) {
        // SAFETY: there is one of this type on machines with AVX-512 alone.
        unsafe { absorb(state, blocks) }
    }
}

#[target_feature(enable = "avx512f")]
fn absorb(state: &mut State<LANES>, blocks: &[&[u8; RATE]; LANES]) {
    // SAFETY: a state is aligned to 64 bytes, and a word of it has as many as a vector.
    let mut words =
        state.0.each_ref().map(|word| unsafe { _mm512_load_si512(word.as_ptr().cast()) });
    for (index, to) in words.iter_mut().take(RATE_WORDS).enumerate() {
        let of = |lane: usize| word(blocks[lane], index);
        *to = xor(*to, _mm512_set_epi64(of(7), of(6), of(5), of(4), of(3), of(2), of(1), of(0)));
    }
    permute(&mut words);
    for (word, from) in state.0.iter_mut().zip(words) {
        // SAFETY: as above.
        unsafe { _mm512_store_si512(word.as_mut_ptr().cast(), from) };
    }
}

permutation!("avx512f");

#[target_feature(enable = "avx512f")]
#[inline]
fn xor(left: Vector, right: Vector) -> Vector {
    _mm512_xor_si512(left, right)
}

#[target_feature(enable = "avx512f")]
#[inline]
fn xor_of_five([a, b, c, d, e]: [Vector; 5]) -> Vector {
    let three = _mm512_ternarylogic_epi64::<XOR_OF_THREE>(a, b, c);
    _mm512_ternarylogic_epi64::<XOR_OF_THREE>(three, d, e)
}

/// `a` ⊕ (¬`b` ∧ `c`)
#[target_feature(enable = "avx512f")]
#[inline]
fn chi(a: Vector, b: Vector, c: Vector) -> Vector {
    _mm512_ternarylogic_epi64::<CHI>(a, b, c)
}

#[target_feature(enable = "avx512f")]
#[inline]
fn rotated<const LEFT: i32, const RIGHT: i32>(word: Vector) -> Vector {
    _mm512_rol_epi64::<LEFT>(word)
}

#[target_feature(enable = "avx512f")]
#[inline]
fn repeated(word: u64) -> Vector {
    _mm512_set1_epi64(word.cast_signed())
}
