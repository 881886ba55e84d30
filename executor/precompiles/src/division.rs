//! Remainders of 512-bit numbers (D. Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D).

use crate::limbs::multiply_add;

/// `number mod divisor` for a divisor that is not zero.
pub(crate) fn remainder(number: &[u64; 8], divisor: &[u64; 4]) -> [u64; 4] {
    let length = 4 - divisor.iter().rev().take_while(|&&limb| limb == 0).count();
    if length == 1 {
        return [remainder_by_limb(number, divisor[0]), 0, 0, 0];
    }
    // With the divisor's top bit set, an estimated digit is at most two too large.
    let shift = divisor[length - 1].leading_zeros();
    let divisor = shift_up::<4, 4>(divisor, shift);
    let mut rest = shift_up::<8, 9>(number, shift);
    for position in (0..9 - length).rev() {
        subtract_digit(&mut rest[position..=position + length], &divisor[..length]);
    }
    let mut result = [0; 4];
    for i in 0..length {
        let above = (u128::from(rest[i + 1]) << 64) | u128::from(rest[i]);
        result[i] = (above >> shift) as u64;
    }
    result
}

fn remainder_by_limb(number: &[u64; 8], divisor: u64) -> u64 {
    let divisor = u128::from(divisor);
    let rest =
        number.iter().rev().fold(0u128, |rest, &limb| ((rest << 64) | u128::from(limb)) % divisor);
    rest as u64
}

/// `number * 2^shift` in `M` limbs, for a shift below 64.
fn shift_up<const N: usize, const M: usize>(number: &[u64; N], shift: u32) -> [u64; M] {
    let limb = |i: usize| if i < N { u128::from(number[i]) } else { 0 };
    std::array::from_fn(|i| {
        let below = if i == 0 { 0 } else { limb(i - 1) };
        ((((limb(i) << 64) | below) << shift) >> 64) as u64
    })
}

/// Subtract the largest multiple of `divisor` from `rest`, which is one limb longer and below
/// 2^64 times the divisor.
fn subtract_digit(rest: &mut [u64], divisor: &[u64]) {
    let length = divisor.len();
    let mut carry = 0;
    let mut borrow = false;
    let digit = estimate(rest, divisor);
    for i in 0..length {
        let (product, high) = multiply_add(carry, digit, divisor[i], 0);
        carry = high;
        (rest[i], borrow) = subtract_with_borrow(rest[i], product, borrow);
    }
    (rest[length], borrow) = subtract_with_borrow(rest[length], carry, borrow);
    while borrow {
        borrow = !add_back(rest, divisor);
    }
}

/// The quotient's digit from the top two limbs of `rest`, or up to two more.
fn estimate(rest: &[u64], divisor: &[u64]) -> u64 {
    let length = divisor.len();
    let (high, top) = (rest[length], divisor[length - 1]);
    if high >= top {
        return u64::MAX;
    }
    let numerator = (u128::from(high) << 64) | u128::from(rest[length - 1]);
    (numerator / u128::from(top)) as u64
}

fn subtract_with_borrow(a: u64, b: u64, borrow: bool) -> (u64, bool) {
    let (partial, first) = a.overflowing_sub(b);
    let (result, second) = partial.overflowing_sub(u64::from(borrow));
    (result, first | second)
}

/// Add the divisor; whether there was a carry out of `rest`.
fn add_back(rest: &mut [u64], divisor: &[u64]) -> bool {
    let mut carry = 0;
    for (i, limb) in rest.iter_mut().enumerate() {
        let addend = divisor.get(i).copied().unwrap_or(0);
        (*limb, carry) = multiply_add(*limb, addend, 1, carry);
    }
    carry == 1
}

#[cfg(test)]
mod tests;
