//! The Reed-Solomon code word of a column: its coefficients, evaluated at the 4n-th roots of unity.
//!
//! Source: `CpuDftEncoder` of slop-basefold-prover, blow-up 4, in bit-reversed order. So a code word
//! has four quarters in order, and quarter q holds the coset g^rev(q) of the n-th roots of unity,
//! where g generates the 4n-th ones. Each is one transform of size n (decimation in frequency,
//! W. M. Gentleman, G. Sande, 1966), whose results come out in bit-reversed order.

use crate::field::{R, R_SQUARED, TWO_ADIC_GENERATOR, TWO_ADICITY, multiply, power};
use crate::lanes::{Lanes, MAX_WIDTH};
use crate::modular;

pub(super) const QUARTERS: usize = 4;
const BIT_REVERSED: [u64; QUARTERS] = [0, 2, 1, 3];

/// Powers of a root of unity: those of a block of 2h words are at h..2h, in Montgomery form.
pub(super) struct Twiddles(Vec<u32>);

impl Twiddles {
    /// For blocks of up to 2^log_n words.
    pub(super) fn new(log_n: u32) -> Self {
        let half = 1 << log_n >> 1;
        let mut powers = vec![0; 2 * half];
        let root = power(TWO_ADIC_GENERATOR, 1 << (TWO_ADICITY - log_n));
        let mut current = R;
        for place in &mut powers[half..] {
            *place = current;
            current = multiply(current, root);
        }
        for index in (1..half).rev() {
            powers[index] = powers[2 * index];
        }
        Self(powers)
    }

    #[inline(always)]
    fn of_block(&self, half: usize) -> &[u32] {
        &self.0[half..2 * half]
    }
}

/// The factor between the points of quarter q and the n-th roots of unity.
pub(super) fn coset_shift(quarter: usize, log_n: u32) -> u32 {
    let root = power(TWO_ADIC_GENERATOR, 1 << (TWO_ADICITY - log_n - 2));
    power(root, BIT_REVERSED[quarter])
}

/// Multiply coefficient i by shift^i, and bring it into Montgomery form.
#[inline(always)]
pub(super) fn shift_coefficients<T: Lanes>(coefficients: &mut [u32], shift: u32) {
    let mut powers = [R_SQUARED; MAX_WIDTH];
    for index in 1..MAX_WIDTH {
        powers[index] = multiply(powers[index - 1], shift);
    }
    let mut powers = T::load(&powers);
    let step = T::splat(multiply(power(shift, T::WIDTH as u64), R));
    for chunk in coefficients.chunks_exact_mut(T::WIDTH) {
        modular::multiply(T::load(chunk), powers).store(chunk);
        powers = modular::multiply(powers, step);
    }
}

/// Transform `words` down to independent blocks of `stop` words, at least a vector's.
#[inline(always)]
pub(super) fn transform_to_blocks<T: Lanes>(words: &mut [u32], stop: usize, twiddles: &Twiddles) {
    let mut size = words.len();
    while size > stop {
        for block in words.chunks_exact_mut(size) {
            butterflies::<T>(block, twiddles.of_block(size / 2));
        }
        size /= 2;
    }
}

#[inline(always)]
fn butterflies<T: Lanes>(block: &mut [u32], twiddles: &[u32]) {
    let (low, high) = block.split_at_mut(twiddles.len());
    let pairs = low.chunks_exact_mut(T::WIDTH).zip(high.chunks_exact_mut(T::WIDTH));
    for ((low, high), twiddle) in pairs.zip(twiddles.chunks_exact(T::WIDTH)) {
        let (a, b) = (T::load(low), T::load(high));
        modular::add(a, b).store(low);
        modular::multiply(a.sub(b), T::load(twiddle)).store(high);
    }
}

/// Take one block per lane out of `words`, whose blocks are `into.len()` words long.
#[inline(always)]
pub(super) fn blocks_to_lanes<T: Lanes>(words: &[u32], into: &mut [T]) {
    let stride = into.len();
    for (index, vector) in into.iter_mut().enumerate() {
        *vector = T::gather(&words[index..], stride);
    }
}

/// The rest of the transform, of one block per lane.
#[inline(always)]
pub(super) fn transform_lanes<T: Lanes>(blocks: &mut [T], twiddles: &Twiddles) {
    let mut size = blocks.len();
    while size > 1 {
        let twiddles = twiddles.of_block(size / 2);
        for block in blocks.chunks_exact_mut(size) {
            let (low, high) = block.split_at_mut(size / 2);
            for ((low, high), twiddle) in low.iter_mut().zip(high).zip(twiddles) {
                let difference = low.sub(*high);
                *low = modular::add(*low, *high);
                *high = modular::reduce(modular::product_splat(difference, T::splat(*twiddle)));
            }
        }
        size /= 2;
    }
}
