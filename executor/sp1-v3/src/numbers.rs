//! The numbers that precompiles take, as far as v3's circuits ask something of them.

use num_bigint::BigUint;
use sp1_curves::edwards::EdwardsParameters;
use sp1_curves::edwards::ed25519::{Ed25519BaseField, Ed25519Parameters};
use sp1_curves::params::FieldParameters;
use sp1_curves::weierstrass::WeierstrassParameters;

use crate::judge::{Broken, rule, unnamed};

type Check = Result<(), Broken>;

/// All below the prime of a field.
pub(crate) fn reduced<F: FieldParameters>(numbers: &[&BigUint]) -> Check {
    let prime = F::modulus();
    match numbers.iter().all(|number| **number < prime) {
        true => Ok(()),
        false => Err(rule("unreduced", "a number is not below the prime")),
    }
}

/// (x, y) is a point of the curve y² = x³ + ax + b, in reduced coordinates.
pub(crate) fn on_curve<E: WeierstrassParameters>(x: &BigUint, y: &BigUint) -> Check {
    reduced::<E::BaseField>(&[x, y])?;
    let prime = E::BaseField::modulus();
    let right = (x * x * x + E::a_int() * x + E::b_int()) % &prime;
    require_on_curve(y * y % prime == right)
}

/// (x, y) is a point of ed25519, -x² + y² = 1 + dx²y², in reduced coordinates.
pub(crate) fn on_ed25519(x: &BigUint, y: &BigUint) -> Check {
    reduced::<Ed25519BaseField>(&[x, y])?;
    let prime = Ed25519BaseField::modulus();
    let (x2, y2) = (x * x % &prime, y * y % &prime);
    let left = (&y2 + &prime - &x2) % &prime;
    let right = (Ed25519Parameters::d_biguint() * x2 * y2 + 1_u32) % prime;
    require_on_curve(left == right)
}

fn require_on_curve(is_on: bool) -> Check {
    match is_on {
        true => Ok(()),
        false => Err(rule("off_curve", "a point is not on the curve")),
    }
}

/// Two points whose sum the circuit knows a slope for.
pub(crate) fn other_x(first: &BigUint, second: &BigUint) -> Check {
    match first == second {
        true => Err(rule("equal_x", "the sum of two points with the same x")),
        false => Ok(()),
    }
}

/// A point whose double the circuit knows a slope for.
pub(crate) fn has_y(y: &BigUint) -> Check {
    match *y == BigUint::ZERO {
        true => Err(rule("zero_y", "the double of a point with y = 0")),
        false => Ok(()),
    }
}

/// A modular product has a quotient of 256 bits; modulo 0 stands for modulo 2^256.
pub(crate) fn short_quotient(x: &BigUint, y: &BigUint, modulus: &BigUint) -> Check {
    if *modulus == BigUint::ZERO || (x * y / modulus).bits() <= 256 {
        return Ok(());
    }
    Err(rule("quotient", "the quotient of a modular product is over 256 bits"))
}

/// v3.4's executor joins the two halves of a result without their leading zeros: it has the right
/// one only where the first half is full, or the second is 0.
pub(crate) fn written_in_place(first: &BigUint, second: &BigUint, half_words: usize) -> Check {
    if first.to_u32_digits().len() == half_words || *second == BigUint::ZERO {
        return Ok(());
    }
    Err(unnamed("SP1 v3.4's executor writes this element of a quadratic field in the wrong place"))
}

#[cfg(test)]
mod tests;
