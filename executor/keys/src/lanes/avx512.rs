//! Lanes in AVX-512, 16 of them.
//!
//! Every `unsafe` block here calls instructions of AVX-512: `Kernel::run` saw that the CPU has them
//! before any value of this type was made.
#![expect(unsafe_code, reason = "vector instructions and inline assembly have no safe form")]

use std::arch::asm;
use std::arch::x86_64::*;

use super::{Lanes, Task};

const WIDTH: usize = 16;

#[derive(Clone, Copy)]
pub(crate) struct Avx512(__m512i);

impl Lanes for Avx512 {
    const WIDTH: usize = WIDTH;

    #[inline(always)]
    fn outlined<K: Task>(task: K) -> K::Output {
        #[target_feature(enable = "avx512f")]
        #[inline(never)]
        fn run<K: Task>(task: K) -> K::Output {
            task.run()
        }
        // SAFETY: the CPU has AVX-512, see above.
        unsafe { run(task) }
    }

    #[inline(always)]
    fn load(from: &[u32]) -> Self {
        let from = &from[..WIDTH];
        // SAFETY: AVX-512; `from` holds WIDTH numbers, and the load takes any alignment.
        Self(unsafe { _mm512_loadu_si512(from.as_ptr().cast()) })
    }

    #[inline(always)]
    fn store(self, to: &mut [u32]) {
        let to = &mut to[..WIDTH];
        // SAFETY: AVX-512; `to` has room for WIDTH numbers, and the store takes any alignment.
        unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn splat(value: u32) -> Self {
        // SAFETY: the CPU has AVX-512.
        Self(unsafe { _mm512_set1_epi32(value.cast_signed()) })
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX-512.
        Self(unsafe { _mm512_add_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX-512.
        Self(unsafe { _mm512_sub_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX-512.
        Self(unsafe { _mm512_min_epu32(self.0, other.0) })
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX-512.
        Self(unsafe { _mm512_and_si512(self.0, other.0) })
    }

    #[inline(always)]
    fn multiply_low(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX-512.
        Self(unsafe { _mm512_mullo_epi32(self.0, other.0) })
    }

    #[inline(always)]
    fn shift_right(self, bits: u32) -> Self {
        // SAFETY: the CPU has AVX-512.
        Self(unsafe { _mm512_srl_epi32(self.0, _mm_cvtsi32_si128(bits.cast_signed())) })
    }

    #[inline(always)]
    fn shift_left(self, bits: u32) -> Self {
        // SAFETY: the CPU has AVX-512.
        Self(unsafe { _mm512_sll_epi32(self.0, _mm_cvtsi32_si128(bits.cast_signed())) })
    }

    #[inline(always)]
    fn equal(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX-512.
        Self(unsafe { _mm512_maskz_set1_epi32(_mm512_cmpeq_epi32_mask(self.0, other.0), -1) })
    }

    #[inline(always)]
    fn multiply_even(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX-512.
        Self(unsafe { multiply_signed(self.0, other.0) })
    }

    #[inline(always)]
    fn add_wide(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX-512.
        Self(unsafe { _mm512_add_epi64(self.0, other.0) })
    }

    #[inline(always)]
    fn sub_wide(self, other: Self) -> Self {
        // SAFETY: the CPU has AVX-512.
        Self(unsafe { _mm512_sub_epi64(self.0, other.0) })
    }

    #[inline(always)]
    fn odd_to_even(self) -> Self {
        // SAFETY: the CPU has AVX-512.
        Self(unsafe { _mm512_castps_si512(_mm512_movehdup_ps(_mm512_castsi512_ps(self.0))) })
    }

    #[inline(always)]
    fn interleave_odd(self, odd: Self) -> Self {
        // SAFETY: the CPU has AVX-512.
        Self(unsafe {
            let odd = _mm512_castsi512_ps(odd.0);
            let even = _mm512_castsi512_ps(self.0);
            _mm512_castps_si512(_mm512_mask_movehdup_ps(odd, 0x5555, even))
        })
    }

    #[inline(always)]
    fn pinned(values: [Self; 3]) -> [Self; 3] {
        // SAFETY: the CPU has AVX-512.
        unsafe { pin(values.map(|value| value.0)) }.map(Self)
    }
}

/// The intrinsic is open to the optimiser, which makes a slow 64-bit multiplication of it.
#[target_feature(enable = "avx512f")]
#[inline]
fn multiply_signed(a: __m512i, b: __m512i) -> __m512i {
    let product;
    // SAFETY: one instruction of AVX-512 on registers only.
    unsafe {
        asm!(
            "vpmuldq {}, {}, {}",
            lateout(zmm_reg) product, in(zmm_reg) a, in(zmm_reg) b,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    product
}

#[target_feature(enable = "avx512f")]
#[inline]
fn pin([mut a, mut b, mut c]: [__m512i; 3]) -> [__m512i; 3] {
    // SAFETY: no instruction. It is not `pure`, so that it keeps its place.
    unsafe {
        asm!(
            "/* {} {} {} */",
            inout(zmm_reg) a, inout(zmm_reg) b, inout(zmm_reg) c,
            options(nomem, nostack, preserves_flags),
        );
    }
    [a, b, c]
}
