//! Products modulo a number for which 2^256 is congruent to a small one: the upper half of a product,
//! times that, is folded onto the lower.

use crate::limbs::{multiply_add, multiply_wide};

/// A number of 256 bits that is congruent to `a b` modulo `2^256 - small`, and so modulo all of its
/// divisors. `small` is below 2^34; any two numbers of 256 bits are good factors.
#[inline(always)]
pub fn multiply(a: &[u64; 4], b: &[u64; 4], small: u64) -> [u64; 4] {
    let [l0, l1, l2, l3, h0, h1, h2, h3] = multiply_wide(a, b);
    let (r0, carry) = multiply_add(l0, h0, small, 0);
    let (r1, carry) = multiply_add(l1, h1, small, carry);
    let (r2, carry) = multiply_add(l2, h2, small, carry);
    let (r3, carry) = multiply_add(l3, h3, small, carry);
    let (folded, overflow) = add_product([r0, r1, r2, r3], carry, small);
    // After a second overflow what is left is so small that the third fold ends it.
    add_product(folded, u64::from(overflow), small).0
}

/// `number + a * b` without the carry, and the carry.
#[inline(always)]
fn add_product(number: [u64; 4], a: u64, b: u64) -> ([u64; 4], bool) {
    let (r0, carry) = multiply_add(number[0], a, b, 0);
    let (r1, carry) = number[1].overflowing_add(carry);
    let (r2, carry) = number[2].overflowing_add(u64::from(carry));
    let (r3, carry) = number[3].overflowing_add(u64::from(carry));
    ([r0, r1, r2, r3], carry)
}
