//! Lanes in AVX2, 8 of them.
//!
//! Every `unsafe` block here calls instructions of AVX2: `Kernel::run` saw that the CPU has them
//! before any value of this type was made.
#![expect(unsafe_code, reason = "vector instructions and inline assembly have no safe form")]

use std::arch::asm;
use std::arch::x86_64::*;

use super::{Lanes, Task};

const WIDTH: usize = 8;

#[derive(Clone, Copy)]
pub(crate) struct Avx2(__m256i);

impl Lanes for Avx2 {
    const WIDTH: usize = WIDTH;

    #[inline(always)]
    fn outlined<K: Task>(task: K) -> K::Output {
        #[target_feature(enable = "avx2")]
        #[inline(never)]
        fn run<K: Task>(task: K) -> K::Output {
            task.run()
        }
        // SAFETY: the CPU has AVX2, see above.
        unsafe { run(task) }
    }

    #[inline(always)]
    fn load(from: &[u32]) -> Self {
        let from = &from[..WIDTH];
        // SAFETY: AVX2; `from` holds WIDTH numbers, and the load takes any alignment.
        Self(unsafe { _mm256_loadu_si256(from.as_ptr().cast()) })
    }

    #[inline(always)]
    fn store(self, to: &mut [u32]) {
        let to = &mut to[..WIDTH];
        // SAFETY: AVX2; `to` has room for WIDTH numbers, and the store takes any alignment.
        unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn splat(value: u32) -> Self {
        // SAFETY: the CPU has AVX2.
        Self(unsafe { _mm256_set1_epi32(value.cast_signed()) })
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX2.
        Self(unsafe { _mm256_add_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX2.
        Self(unsafe { _mm256_sub_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX2.
        Self(unsafe { _mm256_min_epu32(self.0, other.0) })
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX2.
        Self(unsafe { _mm256_and_si256(self.0, other.0) })
    }

    #[inline(always)]
    fn multiply_low(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX2.
        Self(unsafe { _mm256_mullo_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn shift_right(self, bits: u32) -> Self {
        // SAFETY: the CPU has AVX2.
        Self(unsafe { _mm256_srl_epi32(self.0, _mm_cvtsi32_si128(bits.cast_signed())) })
    }

    #[inline(always)]
    fn shift_left(self, bits: u32) -> Self {
        // SAFETY: the CPU has AVX2.
        Self(unsafe { _mm256_sll_epi32(self.0, _mm_cvtsi32_si128(bits.cast_signed())) })
    }

    #[inline(always)]
    fn equal(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX2.
        Self(unsafe { _mm256_cmpeq_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn multiply_even(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX2.
        Self(unsafe { multiply_signed(self.0, other.0) })
    }

    #[inline(always)]
    fn add_wide(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX2.
        Self(unsafe { _mm256_add_epi64(self.0, other.0) })
    }

    #[inline(always)]
    fn sub_wide(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX2.
        Self(unsafe { _mm256_sub_epi64(self.0, other.0) })
    }

    #[inline(always)]
    fn odd_to_even(self) -> Self {
        // SAFETY: the CPU has AVX2.
        Self(unsafe { _mm256_castps_si256(_mm256_movehdup_ps(_mm256_castsi256_ps(self.0))) })
    }

    #[inline(always)]
    fn interleave_odd(self, odd: Self) -> Self {
        // SAFETY: the CPU has AVX2.
        Self(unsafe { _mm256_blend_epi32::<0b1010_1010>(self.odd_to_even().0, odd.0) })
    }

    #[inline(always)]
    fn pinned(values: [Self; 3]) -> [Self; 3] {
        // SAFETY: the CPU has AVX2.
        unsafe { pin(values.map(|value| value.0)) }.map(Self)
    }
}

/// The intrinsic is open to the optimiser, which makes a slow 64-bit multiplication of it.
#[target_feature(enable = "avx2")]
#[inline]
fn multiply_signed(a: __m256i, b: __m256i) -> __m256i {
    let product;
    // SAFETY: one instruction of AVX2 on registers only.
    unsafe {
        asm!(
            "vpmuldq {}, {}, {}",
            lateout(ymm_reg) product, in(ymm_reg) a, in(ymm_reg) b,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    product
}

#[target_feature(enable = "avx2")]
#[inline]
fn pin([mut a, mut b, mut c]: [__m256i; 3]) -> [__m256i; 3] {
    // SAFETY: no instruction. It is not `pure`, so that it keeps its place.
    unsafe {
        asm!(
            "/* {} {} {} */",
            inout(ymm_reg) a, inout(ymm_reg) b, inout(ymm_reg) c,
            options(nomem, nostack, preserves_flags),
        );
    }
    [a, b, c]
}
