//! Inverses modulo an odd prime by the binary algorithm in batches of steps (T. Pornin, Optimized
//! binary GCD for modular inversion, 2020). The time varies with the number: no secret is here.
//!
//! The paper puts both ends of a number into one word, which determine 31 halvings. Here each end
//! has a word of its own: twice as many halvings in a batch, so half as many passes over the limbs.

use std::hint::select_unpredictable;
use std::num::NonZeroU64;

use crate::limbs;
use crate::montgomery::inverse_of_limb;

/// Halvings in a batch, which the lowest 64 and the highest 63 bits of two numbers determine.
const BATCH: u32 = 62;

/// Constants for inverses modulo one prime.
pub struct Inverter<const N: usize> {
    modulus: [u64; N],
    /// -1 / modulus mod 2^64.
    factor: u64,
}

/// What a batch makes of one of two numbers: (own * number - other * the other one) / 2^62, where
/// own + other is at most 2^62.
#[derive(Clone, Copy)]
struct Row {
    own: u64,
    other: u64,
}

impl<const N: usize> Inverter<N> {
    /// For an odd prime.
    pub const fn new(modulus: [u64; N]) -> Self {
        Self { modulus, factor: inverse_of_limb(modulus[0]).wrapping_neg() }
    }

    /// `1 / value` modulo the prime, and 0 for 0. `value` is reduced.
    pub fn invert(&self, value: &[u64; N]) -> [u64; N] {
        // Throughout, a = u value and b = -v value modulo the prime, or both are the negatives of
        // that; and b is odd. So u and v, as the rows, are sums where a and b are differences.
        let (mut a, mut b) = (*value, self.modulus);
        let (mut u, mut v) = ([0; N], [0; N]);
        u[0] = 1;
        let mut negative = false;
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

/// The 63 bits of each number from the longer one's top bit on.
#[inline(always)]
fn highest_bits<const N: usize>(a: &[u64; N], b: &[u64; N]) -> [u64; 2] {
    let mut top = N - 1;
    while top > 0 && a[top] | b[top] == 0 {
        top -= 1;
    }
    if top == 0 {
        return [a[0] >> 1, b[0] >> 1];
    }
    let shift = (a[top] | b[top]).leading_zeros();
    [a, b].map(|number| {
        let wide = (u128::from(number[top]) << 64) | u128::from(number[top - 1]);
        ((wide << shift) >> 65) as u64
    })
}

/// A batch of steps on numbers with these lowest and highest bits: if a is odd, the larger number
/// becomes a, the other b, and b is subtracted from a; then a is even, and is halved. The lowest
/// bits tell what is even, the highest what is larger.
#[inline(always)]
fn steps([mut a, mut b]: [u64; 2], [mut top_a, mut top_b]: [u64; 2]) -> (Row, Row) {
    // A row makes a multiple of 2^62, so its factor of a, times a / b, is its factor of b.
    let ratio = a.wrapping_mul(inverse_of_limb(b));
    let factor_of_b = |factor: u64| factor.wrapping_mul(ratio) & ((1 << BATCH) - 1);
    // The factors of a in the rows of a and b.
    let (mut in_a, mut in_b) = (1u64, 0);
    let mut left = BATCH;
    // As even as a is. No bit at all: there are more zeros than halvings left.
    let mut even = a;
    while let Some(bits) = NonZeroU64::new(even) {
        let zeros = bits.trailing_zeros();
        if zeros >= left {
            break;
        }
        left -= zeros;
        (a, top_a) = (a >> zeros, top_a >> zeros);
        // By the power of two that is `1 << zeros`: a product is cheaper here than a shift.
        let scaled = in_b * (even & even.wrapping_neg());

        let (low, high) = (a.wrapping_sub(b), top_a.wrapping_sub(top_b));
        // Of 63 bits, for that: the sign is in the difference itself.
        let less = high.cast_signed() < 0;
        even = low;
        b = select_unpredictable(less, a, b);
        top_b = select_unpredictable(less, top_a, top_b);
        a = select_unpredictable(less, low.wrapping_neg(), low);
        top_a = select_unpredictable(less, high.wrapping_neg(), high);
        in_b = select_unpredictable(less, in_a, scaled);
        in_a += scaled;
    }
    in_b <<= left;
    // Without a subtraction b is what it was.
    let of_b = if in_b == 0 { 1 << BATCH } else { factor_of_b(in_b) };
    (Row { own: in_a, other: factor_of_b(in_a) }, Row { own: of_b, other: in_b })
}

#[inline(always)]
fn wide(a: u64, b: u64) -> u128 {
    u128::from(a) * u128::from(b)
}

#[cfg(test)]
mod tests;
