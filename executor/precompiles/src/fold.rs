//! Products modulo a number for which 2^256 is congruent to a small one: the upper half of a product,
//! times that, is folded onto the lower.

use crate::limbs::{add, multiply_add, multiply_wide, square_wide};

/// `a b` modulo `2^256 - small`, reduced. `small` is below 2^34; any two numbers of 256 bits are
/// good factors.
#[inline(always)]
pub(crate) fn multiply(a: &[u64; 4], b: &[u64; 4], small: u64) -> [u64; 4] {
    reduce(multiply_wide(a, b), small)
}

/// `multiply(a, a, small)`.
#[inline(always)]
pub(crate) fn square(a: &[u64; 4], small: u64) -> [u64; 4] {
    reduce(square_wide(a), small)
}

#[inline(always)]
fn reduce([l0, l1, l2, l3, h0, h1, h2, h3]: [u64; 8], small: u64) -> [u64; 4] {
    let (r0, carry) = multiply_add(l0, h0, small, 0);
    let (r1, carry) = multiply_add(l1, h1, small, carry);
    let (r2, carry) = multiply_add(l2, h2, small, carry);
    let (r3, carry) = multiply_add(l3, h3, small, carry);
    let folded = [r0, r1, r2, r3];
    // Fold the carry as well. If that, and `small` once more, reaches 2^256, it was not less than
    // the modulus, and the sum modulo 2^256 is what is left. Both sums are made at once.
    let rest = u128::from(carry) * u128::from(small);
    let (less, _) = add_wide(&folded, rest);
    let (reduced, not_less) = add_wide(&folded, rest + u128::from(small));
    // By a mask: the branch would be taken at random.
    let keep = u64::from(not_less).wrapping_sub(1);
    std::array::from_fn(|i| (less[i] & keep) | (reduced[i] & !keep))
}

#[inline(always)]
fn add_wide(number: &[u64; 4], addend: u128) -> ([u64; 4], bool) {
    add(number, &[addend as u64, (addend >> 64) as u64, 0, 0])
}

#[cfg(test)]
mod tests;
