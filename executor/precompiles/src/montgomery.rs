//! Products modulo any odd number, without division (P. Montgomery, Modular multiplication without
//! trial division, 1985), limb by limb.

use crate::limbs::{add, multiply_add, subtract_if_not_less};

/// Constants for products modulo `modulus` with R = 2^(64 N).
pub(crate) struct Montgomery<const N: usize> {
    modulus: [u64; N],
    /// -1 / modulus mod 2^64.
    factor: u64,
    /// R^2 mod modulus.
    r_squared: [u64; N],
}

impl<const N: usize> Montgomery<N> {
    /// For an odd modulus of `N` limbs, the top one not zero.
    pub(crate) const fn new(modulus: [u64; N]) -> Self {
        let factor = inverse_of_limb(modulus[0]).wrapping_neg();
        let mut r_squared = [0; N];
        r_squared[0] = 1;
        let mut doublings = 0;
        while doublings < 128 * N {
            let (sum, carry) = add(&r_squared, &r_squared);
            r_squared = subtract_if_not_less(sum, carry, &modulus);
            doublings += 1;
        }
        Self { modulus, factor, r_squared }
    }

    /// `a R`, reduced.
    #[inline(always)]
    pub(crate) fn enter(&self, a: &[u64; N]) -> [u64; N] {
        self.multiply(a, &self.r_squared)
    }

    /// `a b / R`, reduced. `b` must be reduced, `a` may be any number.
    #[inline(always)]
    pub(crate) fn multiply(&self, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        let mut sum = [0; N];
        let mut top = false;
        for &limb in a {
            let mut carry = 0;
            for j in 0..N {
                (sum[j], carry) = multiply_add(sum[j], b[j], limb, carry);
            }
            let (high, first) = carry.overflowing_add(u64::from(top));
            // A multiple of the modulus that makes the lowest limb zero, which then is dropped.
            let quotient = sum[0].wrapping_mul(self.factor);
            let (_, mut carry) = multiply_add(sum[0], quotient, self.modulus[0], 0);
            for j in 1..N {
                (sum[j - 1], carry) = multiply_add(sum[j], quotient, self.modulus[j], carry);
            }
            let (high, second) = high.overflowing_add(carry);
            sum[N - 1] = high;
            top = first | second;
        }
        subtract_if_not_less(sum, top, &self.modulus)
    }
}

/// `1 / odd mod 2^64`: each step doubles the number of right bits, of which `odd` itself has three.
pub(crate) const fn inverse_of_limb(odd: u64) -> u64 {
    let mut inverse = odd;
    let mut step = 0;
    while step < 5 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(inverse)));
        step += 1;
    }
    inverse
}
