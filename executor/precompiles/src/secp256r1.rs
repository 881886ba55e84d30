//! SECP256R1_ADD and SECP256R1_DOUBLE.

use crate::arguments::Arguments;
use crate::field::Field;
use crate::inverse::Inverter;
use crate::memory::{Fault, GuestMemory};
use crate::montgomery::Montgomery;
use crate::weierstrass::{self, Curve};

/// 2^256 - 2^224 + 2^192 + 2^96 - 1.
const MODULUS: [u64; 4] =
    [0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_ffff, 0x0000_0000_0000_0000, 0xffff_ffff_0000_0001];
const MONTGOMERY: Montgomery<4> = Montgomery::new(MODULUS);
const INVERTER: Inverter<4> = Inverter::new(MODULUS);

pub(crate) struct Base;

impl Field<4> for Base {
    const MODULUS: [u64; 4] = MODULUS;

    #[inline(always)]
    fn enter(a: &[u64; 4]) -> [u64; 4] {
        MONTGOMERY.enter(a)
    }

    #[inline(always)]
    fn multiply(a: &[u64; 4], b: &[u64; 4]) -> [u64; 4] {
        MONTGOMERY.multiply(a, b)
    }

    fn invert(a: &[u64; 4]) -> [u64; 4] {
        INVERTER.invert(a)
    }
}

struct Secp256r1;

impl Curve<4> for Secp256r1 {
    type Base = Base;
    const A: [u64; 4] = [MODULUS[0] - 3, MODULUS[1], MODULUS[2], MODULUS[3]];
}

pub(crate) fn add(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    weierstrass::add_call::<4, Secp256r1>(memory, arguments.a0, arguments.a1)
}

pub(crate) fn double(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    weierstrass::double_call::<4, Secp256r1>(memory, arguments)
}
