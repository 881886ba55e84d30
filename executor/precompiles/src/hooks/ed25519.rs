//! Whether ed25519 has a point with a given y.

use super::answers::{Answers, TOO_SHORT};
use crate::edwards::{Base, square_root};
use crate::field::Field;
use crate::memory::Fault;

/// The input is y, 32 bytes whose top bit is ignored, and v = D y^2 + 1, both least significant
/// byte first. The answer is 1 if (y^2 - 1) / v has a square root. If not, it is 0, the inverse of
/// v, and a root of twice that quotient. For a y that is not reduced it is a lone 0.
pub(super) fn decompress(input: &[u8]) -> Answers {
    let (y, v) = input.split_at_checked(32).ok_or(TOO_SHORT)?;
    let mut y = limbs_from_le(y);
    y[3] &= u64::MAX >> 1;
    if !Base::is_reduced(&y) {
        return Ok(vec![vec![0]]);
    }
    let (v, excess) = v.split_at(v.len().min(32));
    let v = limbs_from_le(v);
    if !Base::is_reduced(&v) || excess.iter().any(|&byte| byte != 0) {
        return Err(Fault::Refused("v is not below the prime of ed25519"));
    }
    let inverse = Base::invert(&v);
    let numerator = Base::subtract(&Base::square(&y), &[1, 0, 0, 0]);
    let quotient = Base::product(&numerator, &inverse);
    if square_root(&quotient).is_some() {
        return Ok(vec![vec![1]]);
    }
    let root = square_root(&Base::add(&quotient, &quotient))
        .ok_or(Fault::Refused("neither the quotient nor its double is a square"))?;
    Ok(vec![vec![0], limbs_to_le(&inverse), limbs_to_le(&root)])
}

/// Limbs from at most 32 bytes.
fn limbs_from_le(bytes: &[u8]) -> [u64; 4] {
    let mut limbs = [0; 4];
    for (limb, chunk) in limbs.iter_mut().zip(bytes.chunks(8)) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        *limb = u64::from_le_bytes(word);
    }
    limbs
}

fn limbs_to_le(limbs: &[u64; 4]) -> Vec<u8> {
    limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect()
}
