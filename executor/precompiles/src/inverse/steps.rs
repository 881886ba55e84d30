//! A batch of steps of the binary algorithm, on both ends of two numbers.
//!
//! The paper puts both ends of a number into one word, which determine 31 halvings. Here each end
//! has a word of its own: twice as many halvings in a batch, so half as many passes over the limbs.

use std::hint::select_unpredictable;
use std::num::NonZeroU64;

use crate::montgomery::inverse_of_limb;

/// Halvings in a batch, which the lowest 64 and the highest 63 bits of two numbers determine.
pub(super) const BATCH: u32 = 62;

/// What a batch makes of one of two numbers: (own * number - other * the other one) / 2^62, where
/// own + other is at most 2^62.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub own: u64,
    pub other: u64,
}

/// The 63 bits of each number from the longer one's top bit on.
#[inline(always)]
pub(super) fn highest_bits<const N: usize>(a: &[u64; N], b: &[u64; N]) -> [u64; 2] {
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
pub(super) fn steps([mut a, mut b]: [u64; 2], [mut top_a, mut top_b]: [u64; 2]) -> (Row, Row) {
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
