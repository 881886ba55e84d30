//! What the recovery of a signer needs on secp256k1 and secp256r1.

use sp1_curves::{k256, p256};

use super::answers::Answers;
use crate::memory::Fault;

/// No square in either base field.
const NON_SQUARE: u8 = 3;

const NOT_REDUCED: Fault = Fault::Refused("a field element is not below the curve's prime");
const BAD_SCALAR: Fault = Fault::Refused("r is no scalar of the curve that has an inverse");
const NO_ROOT: Fault = Fault::Refused("neither alpha nor three times alpha has a square root");

/// The input is a byte with the curve (1 or 2) and in the top bit whether y is odd, then r and
/// alpha, 32 bytes each, most significant first. The answers are 1, the square root y of alpha and
/// the inverse of r as a scalar; or, if there is no root, 0 and the square root of 3 alpha.
pub(super) fn recover(input: &[u8]) -> Answers {
    let Ok(&[flags, ref elements @ ..]) = <&[u8; 65]>::try_from(input) else {
        return Err(Fault::Refused("the input of the recovery is not 65 bytes long"));
    };
    let (halves, _) = elements.as_chunks::<32>();
    let (r, alpha, odd) = (halves[0], halves[1], flags & 0x80 != 0);
    match flags & 0x7f {
        1 => secp256k1(r, alpha, odd),
        2 => secp256r1(r, alpha, odd),
        _ => Err(Fault::Refused("the curve of the recovery is neither 1 nor 2")),
    }
}

fn secp256k1(r: [u8; 32], alpha: [u8; 32], odd: bool) -> Answers {
    use k256::elliptic_curve::ff::PrimeField;
    use k256::{FieldElement, Scalar};

    Option::<FieldElement>::from(FieldElement::from_bytes(&r.into())).ok_or(NOT_REDUCED)?;
    let alpha =
        Option::<FieldElement>::from(FieldElement::from_bytes(&alpha.into())).ok_or(NOT_REDUCED)?;
    if bool::from(alpha.is_zero()) {
        return Err(Fault::Refused("alpha is 0"));
    }
    let Some(root) = Option::<FieldElement>::from(alpha.sqrt()) else {
        let square = alpha * FieldElement::from_u64(u64::from(NON_SQUARE));
        let root = Option::<FieldElement>::from(square.sqrt()).ok_or(NO_ROOT)?;
        return Ok(vec![vec![0], root.to_bytes().to_vec()]);
    };
    let root = root.normalize();
    let y = if odd == bool::from(root.is_odd()) { root } else { root.negate(1).normalize() };
    let scalar = Option::<Scalar>::from(Scalar::from_repr(r.into())).ok_or(BAD_SCALAR)?;
    let inverse = Option::<Scalar>::from(scalar.invert()).ok_or(BAD_SCALAR)?;
    Ok(vec![vec![1], y.to_bytes().to_vec(), inverse.to_bytes().to_vec()])
}

/// As on secp256k1, but an alpha of 0 is its own root here.
fn secp256r1(r: [u8; 32], alpha: [u8; 32], odd: bool) -> Answers {
    use p256::elliptic_curve::ff::PrimeField;
    use p256::{FieldElement, Scalar};

    Option::<FieldElement>::from(FieldElement::from_bytes(&r.into())).ok_or(NOT_REDUCED)?;
    let alpha =
        Option::<FieldElement>::from(FieldElement::from_bytes(&alpha.into())).ok_or(NOT_REDUCED)?;
    let Some(root) = Option::<FieldElement>::from(alpha.sqrt()) else {
        let square = alpha * FieldElement::from_u64(u64::from(NON_SQUARE));
        let root = Option::<FieldElement>::from(square.sqrt()).ok_or(NO_ROOT)?;
        return Ok(vec![vec![0], root.to_bytes().to_vec()]);
    };
    let y = if odd == bool::from(root.is_odd()) { root } else { -root };
    let scalar = Option::<Scalar>::from(Scalar::from_repr(r.into())).ok_or(BAD_SCALAR)?;
    let inverse = Option::<Scalar>::from(scalar.invert()).ok_or(BAD_SCALAR)?;
    Ok(vec![vec![1], y.to_bytes().to_vec(), inverse.to_bytes().to_vec()])
}
