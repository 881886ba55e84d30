//! Arithmetic modulo a prime.

use crate::limbs;

/// The integers modulo a prime of `N` limbs. Elements are reduced numbers.
///
/// Products are those of Montgomery: `multiply(a, b)` is `a b / R` for a power R of two that the
/// field chooses (1 where reduction is cheap). So the product of an entered number `enter(a)` and a
/// plain one is plain: a formula enters one factor of each product and never leaves.
pub(crate) trait Field<const N: usize> {
    const MODULUS: [u64; N];

    /// A number that is congruent to `a R`. `a` need not be reduced.
    fn enter(a: &[u64; N]) -> [u64; N];
    /// `a b / R`; one factor may be unreduced, the result is reduced.
    fn multiply(a: &[u64; N], b: &[u64; N]) -> [u64; N];
    /// `1 / a`, and 0 for 0.
    fn invert(a: &[u64; N]) -> [u64; N];

    /// `a b` of plain numbers.
    #[inline(always)]
    fn product(a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        Self::multiply(&Self::enter(a), b)
    }

    #[inline(always)]
    fn square(a: &[u64; N]) -> [u64; N] {
        Self::product(a, a)
    }

    #[inline(always)]
    fn add(a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        let (sum, carry) = limbs::add(a, b);
        limbs::subtract_if_not_less(sum, carry, &Self::MODULUS)
    }

    #[inline(always)]
    fn subtract(a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        let (difference, borrow) = limbs::subtract(a, b);
        let mask = u64::from(borrow).wrapping_neg();
        limbs::add(&difference, &Self::MODULUS.map(|limb| limb & mask)).0
    }

    /// `a` to the power of a public exponent, four bits at a time from the top.
    fn power(a: &[u64; N], exponent: &[u64; N]) -> [u64; N] {
        let mut one = [0; N];
        one[0] = 1;
        let mut powers = [Self::enter(&one); 16];
        powers[1] = Self::enter(a);
        for i in 2..16 {
            powers[i] = Self::multiply(&powers[i - 1], &powers[1]);
        }
        let mut result = powers[0];
        for bit in (0..64 * N).rev().step_by(4).map(|top| top - 3) {
            for _ in 0..4 {
                result = Self::multiply(&result, &result);
            }
            let digit = (exponent[bit / 64] >> (bit % 64)) as usize % 16;
            result = Self::multiply(&result, &powers[digit]);
        }
        Self::multiply(&result, &one)
    }

    #[inline(always)]
    fn is_reduced(a: &[u64; N]) -> bool {
        limbs::less(a, &Self::MODULUS)
    }
}

#[cfg(test)]
mod tests;
