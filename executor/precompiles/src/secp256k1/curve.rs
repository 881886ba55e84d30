//! The curve y^2 = x^3 + 7 and its field.

use crate::field::Field;
use crate::fold;
use crate::inverse::Inverter;
use crate::memory::Fault;
use crate::weierstrass::{Curve, Point, check_reduced};

/// 2^256 - 2^32 - 977.
const MODULUS: [u64; 4] = [0xffff_fffe_ffff_fc2f, u64::MAX, u64::MAX, u64::MAX];
/// Of the group: the prime that scalars are reduced by.
pub(crate) const ORDER: [u64; 4] =
    [0xbfd2_5e8c_d036_4141, 0xbaae_dce6_af48_a03b, 0xffff_ffff_ffff_fffe, u64::MAX];
/// 2^256 modulo the prime.
const FOLD: u64 = (1 << 32) + 977;
const INVERTER: Inverter<4> = Inverter::new(MODULUS);
const B: [u64; 4] = [7, 0, 0, 0];

pub(crate) struct Base;

impl Field<4> for Base {
    const MODULUS: [u64; 4] = MODULUS;

    #[inline(always)]
    fn enter(a: &[u64; 4]) -> [u64; 4] {
        *a
    }

    #[inline(always)]
    fn multiply(a: &[u64; 4], b: &[u64; 4]) -> [u64; 4] {
        fold::multiply(a, b, FOLD)
    }

    #[inline(always)]
    fn square(a: &[u64; 4]) -> [u64; 4] {
        fold::square(a, FOLD)
    }

    fn invert(a: &[u64; 4]) -> [u64; 4] {
        INVERTER.invert(a)
    }
}

pub(crate) struct Secp256k1;

impl Curve<4> for Secp256k1 {
    type Base = Base;
    const A: [u64; 4] = [0; 4];
}

/// The square of x, if this is a point of the curve with reduced coordinates.
#[inline(always)]
pub(crate) fn check(p: &Point<4>) -> Result<[u64; 4], Fault> {
    check_reduced::<4, Secp256k1>(p)?;
    let x_squared = Base::square(&p[0]);
    let right = Base::add(&Base::product(&x_squared, &p[0]), &B);
    if Base::square(&p[1]) == right {
        return Ok(x_squared);
    }
    Err(Fault::Refused("a point is not on secp256k1"))
}
