//! SECP256K1_ADD and SECP256K1_DOUBLE. SP1 6.10 computes them with the crate k256, which takes only
//! points of the curve with reduced coordinates.

use crate::arguments::Arguments;
use crate::field::Field;
use crate::fold;
use crate::inverse::Inverter;
use crate::memory::{Fault, GuestMemory};
use crate::rule::Rule;
use crate::weierstrass::{self, Curve, Point, add_reduced, check_reduced, double_reduced};

/// 2^256 - 2^32 - 977.
const MODULUS: [u64; 4] = [0xffff_fffe_ffff_fc2f, u64::MAX, u64::MAX, u64::MAX];
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

struct Secp256k1;

impl Curve<4> for Secp256k1 {
    type Base = Base;
    const A: [u64; 4] = [0; 4];

    fn add(p: &Point<4>, q: &Point<4>) -> Result<Point<4>, Fault> {
        check(p)?;
        check(q)?;
        if p[0] == q[0] {
            return Err(Rule::EqualX.into());
        }
        Ok(add_reduced::<4, Self>(p, q))
    }

    /// No point of this curve has y = 0, so the result is never infinity.
    fn double(p: &Point<4>) -> Result<Point<4>, Fault> {
        let x_squared = check(p)?;
        Ok(double_reduced::<4, Self>(p, &x_squared))
    }
}

/// The square of x, if this is a point of the curve with reduced coordinates.
#[inline(always)]
fn check(p: &Point<4>) -> Result<[u64; 4], Fault> {
    check_reduced::<4, Secp256k1>(p)?;
    let x_squared = Base::square(&p[0]);
    let right = Base::add(&Base::product(&x_squared, &p[0]), &B);
    if Base::square(&p[1]) == right {
        return Ok(x_squared);
    }
    Err(Fault::Refused("a point is not on secp256k1"))
}

pub(crate) fn add(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    weierstrass::add_call::<4, Secp256k1>(memory, arguments.a0, arguments.a1)
}

pub(crate) fn double(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    weierstrass::double_call::<4, Secp256k1>(memory, arguments)
}
