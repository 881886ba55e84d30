//! Inverses modulo an odd prime by the binary algorithm in batches of steps (T. Pornin, Optimized
//! binary GCD for modular inversion, 2020). The time varies with the number: no secret is here.

mod steps;

use crate::limbs;
use crate::montgomery::inverse_of_limb;
use steps::{BATCH, Row, highest_bits, steps};

/// Constants for inverses modulo one prime.
pub(crate) struct Inverter<const N: usize> {
    modulus: [u64; N],
    /// -1 / modulus mod 2^64.
    factor: u64,
}

impl<const N: usize> Inverter<N> {
    /// For an odd prime.
    pub(crate) const fn new(modulus: [u64; N]) -> Self {
        Self { modulus, factor: inverse_of_limb(modulus[0]).wrapping_neg() }
    }

    /// `1 / value` modulo the prime, and 0 for 0. `value` is reduced.
    pub(crate) fn invert(&self, value: &[u64; N]) -> [u64; N] {
        // Throughout, a = u value and b = -v value modulo the prime, or both are the negatives of
        // that; and b is odd. So u and v, as the rows, are sums where a and b are differences.
        let (mut a, mut b) = (*value, self.modulus);
        let (mut u, mut v) = ([0; N], [0; N]);
        u[0] = 1;
        let mut negative = false;
        // It ends: no row makes a number longer, and a batch takes 60 bits off a and b together.
        loop {
            let (row_a, row_b) = steps([a[0], b[0]], highest_bits(&a, &b));
            let (next_a, below_a) = difference(&a, &b, row_a);
            let (next_b, below_b) = difference(&b, &a, row_b);
            (a, b) = (next_a, next_b);
            let next_v = self.sum(&v, &u, row_b);
            negative ^= below_b;
            if limbs::is_zero(&a) {
                // The greatest common divisor is left in b: 1, or the prime itself, and then v is 0.
                return if negative { next_v } else { self.negate(&next_v) };
            }
            (u, v) = (self.sum(&u, &v, row_a), next_v);
            if below_a != below_b {
                // The highest bits did not tell which number was smaller: rare.
                u = self.negate(&u);
            }
        }
    }

    /// (own u + other v) / 2^62 modulo the prime, reduced.
    #[inline(always)]
    fn sum(&self, u: &[u64; N], v: &[u64; N], Row { own, other }: Row) -> [u64; N] {
        let low = u[0].wrapping_mul(own).wrapping_add(v[0].wrapping_mul(other));
        // With this multiple of the prime the division is exact, and the result is below twice
        // the prime.
        let multiple = low.wrapping_mul(self.factor) & ((1 << BATCH) - 1);
        let mut sum = 0u128;
        let limbs = std::array::from_fn(|i| {
            sum += wide(u[i], own) + wide(v[i], other) + wide(self.modulus[i], multiple);
            let limb = sum as u64;
            sum >>= 64;
            limb
        });
        let (number, top) = divide(limbs, sum as u64);
        limbs::subtract_if_not_less(number, top != 0, &self.modulus)
    }

    #[inline(always)]
    fn negate(&self, number: &[u64; N]) -> [u64; N] {
        let (negative, _) = limbs::subtract(&self.modulus, number);
        limbs::subtract_if_not_less(negative, false, &self.modulus)
    }
}

/// The absolute value of (own a - other b) / 2^62, which is whole; and whether that is negative.
#[inline(always)]
fn difference<const N: usize>(
    a: &[u64; N],
    b: &[u64; N],
    Row { own, other }: Row,
) -> ([u64; N], bool) {
    let mut sum = 0i128;
    let limbs = std::array::from_fn(|i| {
        sum += wide(a[i], own) as i128 - wide(b[i], other) as i128;
        let limb = sum as u64;
        sum >>= 64;
        limb
    });
    let (number, _) = divide(limbs, sum as u64);
    let sign = (sum >> 64) as u64;
    let mut one = [0; N];
    one[0] = sign & 1;
    (limbs::add(&number.map(|limb| limb ^ sign), &one).0, sign != 0)
}

/// A number and a limb above it, divided by 2^62.
#[inline(always)]
fn divide<const N: usize>(number: [u64; N], top: u64) -> ([u64; N], u64) {
    let above = |i: usize| if i + 1 < N { number[i + 1] } else { top };
    let shifted = |i: usize| (number[i] >> BATCH) | (above(i) << (64 - BATCH));
    (std::array::from_fn(shifted), top >> BATCH)
}

#[inline(always)]
fn wide(a: u64, b: u64) -> u128 {
    u128::from(a) * u128::from(b)
}

#[cfg(test)]
mod tests;
