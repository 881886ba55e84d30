//! Inverses modulo an odd prime by the binary algorithm in batches of steps (T. Pornin, Optimized
//! binary GCD for modular inversion, 2020). The time varies with the number: no secret is here.

use std::hint::select_unpredictable;

use crate::limbs;
use crate::montgomery::inverse_of_limb;

/// Halvings in a batch, which two words of 64 bits determine.
const BATCH: u32 = 31;

/// Constants for inverses modulo one prime.
pub struct Inverter<const N: usize> {
    modulus: [u64; N],
    /// -1 / modulus mod 2^64.
    factor: u64,
}

/// `n` halvings as a matrix of rows (f, g): a pair (a, b) becomes (a f + b g) / 2^n for both rows.
/// In each row, |f| + |g| is at most 2^n.
type Steps = [(i64, i64); 2];

impl<const N: usize> Inverter<N> {
    /// For an odd prime.
    pub const fn new(modulus: [u64; N]) -> Self {
        Self { modulus, factor: inverse_of_limb(modulus[0]).wrapping_neg() }
    }

    /// `1 / value` modulo the prime, and 0 for 0. `value` is reduced.
    pub fn invert(&self, value: &[u64; N]) -> [u64; N] {
        // Throughout, a = u value and b = v value modulo the prime, and b is odd.
        let (mut a, mut b) = (*value, self.modulus);
        let (mut u, mut v) = ([0; N], [0; N]);
        u[0] = 1;
        while !limbs::is_zero(&a) {
            let [row_a, row_b] = batch(&mut a, &mut b);
            (u, v) = (self.apply(&u, &v, row_a), self.apply(&u, &v, row_b));
        }
        // The greatest common divisor is left in b: 1, or the prime itself, and then v is 0.
        v
    }

    /// (u f + v g) / 2^31 modulo the prime, reduced.
    #[inline(always)]
    fn apply(&self, u: &[u64; N], v: &[u64; N], (f, g): (i64, i64)) -> [u64; N] {
        let low = u[0].wrapping_mul(f as u64).wrapping_add(v[0].wrapping_mul(g as u64));
        let multiple = low.wrapping_mul(self.factor) & ((1 << BATCH) - 1);
        // With this multiple of the prime the division is exact, and the result is above -prime
        // and below twice the prime.
        let (number, top) = combine([u, v], (f, g), &self.modulus, multiple);
        let mask = (top >> 63) as u64;
        let (number, carry) = limbs::add(&number, &self.modulus.map(|limb| limb & mask));
        limbs::subtract_if_not_less(number, top + i64::from(carry) > 0, &self.modulus)
    }
}

/// Replace a and b by what a batch of steps makes of them; its matrix.
#[inline(always)]
fn batch<const N: usize>(a: &mut [u64; N], b: &mut [u64; N]) -> Steps {
    let (end_a, end_b) = ends(a, b);
    let rows = steps(end_a, end_b);
    // The ends do not always tell which number is smaller: a difference may be negative.
    let [(next_a, row_a), (next_b, row_b)] = rows.map(|(f, g)| {
        let (number, top) = combine([a, b], (f, g), &[0; N], 0);
        let sign = top >> 63;
        let mut one = [0; N];
        one[0] = sign as u64 & 1;
        let (magnitude, _) = limbs::add(&number.map(|limb| limb ^ sign as u64), &one);
        (magnitude, ((f ^ sign) - sign, (g ^ sign) - sign))
    });
    (*a, *b) = (next_a, next_b);
    [row_a, row_b]
}

/// The 64 bits that stand for each number in a batch: its lowest 31, and 33 bits from the top bit
/// of the longer number on. Numbers of one limb stand for themselves.
#[inline(always)]
fn ends<const N: usize>(a: &[u64; N], b: &[u64; N]) -> (u64, u64) {
    let mut top = N - 1;
    while top > 0 && a[top] | b[top] == 0 {
        top -= 1;
    }
    if top == 0 {
        return (a[0], b[0]);
    }
    let shift = (a[top] | b[top]).leading_zeros();
    let end = |number: &[u64; N]| {
        let wide = (u128::from(number[top]) << 64) | u128::from(number[top - 1]);
        let mask = (1 << BATCH) - 1;
        (((wide << shift) >> 64) as u64 & !mask) | (number[0] & mask)
    };
    (end(a), end(b))
}

/// A batch of steps: if a is odd, the larger number becomes a, the other b, and b is subtracted
/// from a; then a is even, and is halved.
#[inline(always)]
fn steps(mut a: u64, mut b: u64) -> Steps {
    // Rows as f + 2^32 g, so that one operation does for both.
    let (mut row_a, mut row_b) = (1u64, 1u64 << 32);
    let mut left = BATCH;
    let mut zeros = (a | (1 << left)).trailing_zeros();
    loop {
        a >>= zeros;
        row_b <<= zeros;
        left -= zeros;
        if left == 0 {
            return [row_a, row_b].map(unpack);
        }
        let (difference, less) = a.overflowing_sub(b);
        // As many as the absolute value has.
        zeros = (difference | (1 << left)).trailing_zeros();
        let row = row_a.wrapping_sub(row_b);
        b = select_unpredictable(less, a, b);
        a = select_unpredictable(less, difference.wrapping_neg(), difference);
        row_b = select_unpredictable(less, row_a, row_b);
        row_a = select_unpredictable(less, row.wrapping_neg(), row);
    }
}

/// f and g, which are above -2^31 and at most 2^31.
#[inline(always)]
fn unpack(row: u64) -> (i64, i64) {
    const BIAS: u64 = (1 << BATCH) - 1;
    let biased = row.wrapping_add(BIAS | (BIAS << 32));
    let half = |number: u64| (number & 0xffff_ffff) as i64 - BIAS as i64;
    (half(biased), half(biased >> 32))
}

/// (a f + b g + c h) / 2^BATCH as `N` limbs and a signed one above. |f| + |g| is at most 2^BATCH, h is
/// below that.
#[inline(always)]
fn combine<const N: usize>(
    [a, b]: [&[u64; N]; 2],
    (f, g): (i64, i64),
    c: &[u64; N],
    h: u64,
) -> ([u64; N], i64) {
    // Without signs: 2^BATCH more, for which a and b are subtracted in the end.
    let (f, g) = ((f + (1 << BATCH)) as u64, (g + (1 << BATCH)) as u64);
    let mut shifted = [0; N];
    let (mut sum, mut below) = (0u128, 0);
    for i in 0..N {
        sum += wide(a[i], f) + wide(b[i], g) + wide(c[i], h);
        let limb = sum as u64;
        sum >>= 64;
        if i > 0 {
            shifted[i - 1] = (below >> BATCH) | (limb << (64 - BATCH));
        }
        below = limb;
    }
    shifted[N - 1] = (below >> BATCH) | ((sum as u64) << (64 - BATCH));
    let (result, first) = limbs::subtract(&shifted, a);
    let (result, second) = limbs::subtract(&result, b);
    (result, (sum >> BATCH) as i64 - i64::from(first) - i64::from(second))
}

#[inline(always)]
fn wide(a: u64, b: u64) -> u128 {
    u128::from(a) * u128::from(b)
}

#[cfg(test)]
mod tests;
