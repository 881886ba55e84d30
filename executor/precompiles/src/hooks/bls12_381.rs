//! Square roots and inverses in the base field of BLS12-381. Elements are 48 bytes, most
//! significant first; what follows them is ignored.

use super::answers::{Answers, TOO_SHORT};
use crate::bls12_381::Base;
use crate::field::Field;
use crate::limbs::{is_zero, reduce};
use crate::memory::Fault;

/// (prime + 1) / 4.
const ROOT_EXPONENT: [u64; 6] = {
    let mut quarter = [0; 6];
    let mut i = 0;
    while i < 6 {
        let above = if i < 5 { Base::MODULUS[i + 1] << 62 } else { 0 };
        quarter[i] = (Base::MODULUS[i] >> 2) | above;
        i += 1;
    }
    quarter[0] += 1;
    quarter
};

/// 1 and a root of the element, or 0 and a root of twice the element, which then has one.
pub(super) fn square_root(input: &[u8]) -> Answers {
    let element = element(input)?;
    if is_zero(&element) {
        return Ok(vec![vec![1], vec![0; 48]]);
    }
    let root = Base::power(&element, &ROOT_EXPONENT);
    // The element may not be reduced. SP1 treats such an element as a non-square.
    if Base::square(&root) == element {
        return Ok(vec![vec![1], limbs_to_be(&root)]);
    }
    let reduced = reduce(element, &Base::MODULUS);
    let double = Base::add(&reduced, &reduced);
    let root = Base::power(&double, &ROOT_EXPONENT);
    if Base::square(&root) != double {
        return Err(Fault::Refused("the element is not below the prime of BLS12-381"));
    }
    Ok(vec![vec![0], limbs_to_be(&root)])
}

/// The inverse; that of the prime itself is 0.
pub(super) fn inverse(input: &[u8]) -> Answers {
    let element = element(input)?;
    if is_zero(&element) {
        return Err(Fault::Refused("0 has no inverse"));
    }
    Ok(vec![limbs_to_be(&Base::invert(&reduce(element, &Base::MODULUS)))])
}

fn element(input: &[u8]) -> Result<[u64; 6], Fault> {
    Ok(limbs_from_be(input.get(..48).ok_or(TOO_SHORT)?))
}

/// Limbs from 8 `N` bytes, most significant first.
fn limbs_from_be<const N: usize>(bytes: &[u8]) -> [u64; N] {
    let mut limbs = [0; N];
    for (limb, chunk) in limbs.iter_mut().rev().zip(bytes.as_chunks::<8>().0) {
        *limb = u64::from_be_bytes(*chunk);
    }
    limbs
}

/// The limbs' bytes, most significant first.
fn limbs_to_be<const N: usize>(limbs: &[u64; N]) -> Vec<u8> {
    limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect()
}
