//! Arithmetic modulo p on lanes.
//!
//! A lane is "reduced" in [0, p) and "signed" in (-p, p) as two's complement. Products are those of
//! Montgomery: a * b / 2^32 (P. Montgomery, Modular multiplication without trial division, 1985),
//! with a signed quotient, so that they stay in (-p, p) whenever |a * b| < 2^31 * p.

use crate::field::{P, P_INVERSE};
use crate::lanes::Lanes;

/// Signed to reduced: a negative number is large as an unsigned one.
#[inline(always)]
pub(crate) fn reduce<T: Lanes>(signed: T) -> T {
    signed.min(signed.add(T::splat(P)))
}

/// The sum of reduced lanes, reduced.
#[inline(always)]
pub(crate) fn add<T: Lanes>(a: T, b: T) -> T {
    let sum = a.add(b);
    sum.min(sum.sub(T::splat(P)))
}

/// The difference of reduced lanes, reduced.
#[inline(always)]
pub(crate) fn sub<T: Lanes>(a: T, b: T) -> T {
    reduce(a.sub(b))
}

/// Reduced to (-p/2, p/2].
#[inline(always)]
pub(crate) fn centre<T: Lanes>(reduced: T) -> T {
    add(reduced, T::splat(P / 2)).sub(T::splat(P / 2))
}

/// Wide numbers divided by 2^32; the signed results are in the odd lanes.
#[inline(always)]
pub(crate) fn divide_wide<T: Lanes>(wide: T) -> T {
    let quotient = wide.multiply_even(T::splat(P_INVERSE));
    wide.sub_wide(quotient.multiply_even(T::splat(P)))
}

/// Products of the even lanes; the signed results are in the odd lanes.
#[inline(always)]
pub(crate) fn product_even<T: Lanes>(a: T, b: T) -> T {
    divide_wide(a.multiply_even(b))
}

/// Products of all lanes with the same number in all lanes of `b`, signed.
#[inline(always)]
pub(crate) fn product_splat<T: Lanes>(a: T, b: T) -> T {
    product_even(a, b).interleave_odd(product_even(a.odd_to_even(), b))
}

/// Products of all lanes, signed.
#[inline(always)]
pub(crate) fn product<T: Lanes>(a: T, b: T) -> T {
    product_even(a, b).interleave_odd(product_even(a.odd_to_even(), b.odd_to_even()))
}

/// Products of all lanes, reduced.
#[inline(always)]
pub(crate) fn multiply<T: Lanes>(a: T, b: T) -> T {
    reduce(product(a, b))
}

#[cfg(test)]
mod tests;
