//! The remainder of a product of two numbers of 2048, 3072 or 4096 bits.

use sp1_curves::{BigUint, Integer, Zero};

use super::answers::Answers;
use crate::memory::Fault;

/// The input is a product of twice the key's length and a modulus of that length, least significant
/// byte first. The answers are remainder and quotient, both cut to the key's length.
pub(super) fn multiply_modulo(input: &[u8]) -> Answers {
    let length = input.len() / 3;
    if !matches!(input.len(), 768 | 1152 | 1536) {
        return Err(Fault::Refused("the input is no product and modulus of a supported key size"));
    }
    let (product, modulus) = input.split_at(2 * length);
    let modulus = BigUint::from_bytes_le(modulus);
    if modulus.is_zero() {
        return Err(Fault::Refused("the modulus is 0"));
    }
    let (quotient, remainder) = BigUint::from_bytes_le(product).div_rem(&modulus);
    let bytes = |number: BigUint| {
        let mut bytes = number.to_bytes_le();
        bytes.resize(length, 0);
        bytes
    };
    Ok(vec![bytes(remainder), bytes(quotient)])
}
