//! SECP256K1_ADD and SECP256K1_DOUBLE. SP1 6.10 computes them with the crate k256, which takes only
//! points of the curve with reduced coordinates.
//!
//! An inversion is what either costs. Where the calls of a guest can be foreseen, as they can in the
//! products that a signature's check takes, some of them share one.

mod doublings;
mod sums;

use crate::arguments::Arguments;
use crate::field::Field;
use crate::fold;
use crate::inverse::Inverter;
use crate::memory::{Fault, GuestMemory, check_aligned, no_second_argument, read_pair};
use crate::weierstrass::{Curve, Point, check_reduced};
use doublings::Doublings;
use sums::Sums;

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

struct Secp256k1;

impl Curve<4> for Secp256k1 {
    type Base = Base;
    const A: [u64; 4] = [0; 4];
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

/// What earlier calls tell of those to come. It changes how long a call takes, and no result.
#[derive(Default)]
pub struct Foresight {
    doublings: Doublings,
    sums: Sums,
}

pub(crate) fn add(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    let (a0, a1) = (arguments.a0, arguments.a1);
    check_aligned(&[a0, a1])?;
    let p = read_pair(memory, a0)?;
    let q = read_pair(memory, a1)?;
    let Foresight { doublings, sums } = memory.foresight();
    let sum = sums.add(&p, &q, doublings)?;
    memory.write_words(a0, sum.as_flattened())
}

/// No point of this curve has y = 0, so the result is never infinity.
pub(crate) fn double(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    let a0 = arguments.a0;
    check_aligned(&[a0])?;
    no_second_argument(arguments.a1)?;
    let p = read_pair(memory, a0)?;
    let doubled = memory.foresight().doublings.double(&p)?;
    memory.write_words(a0, doubled.as_flattened())
}

#[cfg(test)]
mod tests;
