//! The BN254 calls: points of G1, its base field and that field's quadratic extension.

use crate::arguments::Arguments;
use crate::field::Field;
use crate::inverse::Inverter;
use crate::memory::{Fault, GuestMemory};
use crate::montgomery::Montgomery;
use crate::tower;
use crate::weierstrass::{self, Curve};

const MODULUS: [u64; 4] =
    [0x3c20_8c16_d87c_fd47, 0x9781_6a91_6871_ca8d, 0xb850_45b6_8181_585d, 0x3064_4e72_e131_a029];
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

struct Bn254;

impl Curve<4> for Bn254 {
    type Base = Base;
    const A: [u64; 4] = [0; 4];
}

pub(crate) fn add(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    weierstrass::add_call::<4, Bn254>(memory, arguments.a0, arguments.a1)
}

pub(crate) fn double(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    weierstrass::double_call::<4, Bn254>(memory, arguments)
}

pub(crate) fn fp_add(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    tower::call::<4, Base>(memory, arguments, tower::add::<4, Base>)
}

pub(crate) fn fp_subtract(
    memory: &mut dyn GuestMemory,
    arguments: &Arguments,
) -> Result<(), Fault> {
    tower::call::<4, Base>(memory, arguments, tower::subtract::<4, Base>)
}

pub(crate) fn fp_multiply(
    memory: &mut dyn GuestMemory,
    arguments: &Arguments,
) -> Result<(), Fault> {
    tower::call::<4, Base>(memory, arguments, tower::multiply::<4, Base>)
}

pub(crate) fn fp2_add(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    tower::pair_call::<4, Base>(memory, arguments, tower::pair_add::<4, Base>)
}

pub(crate) fn fp2_subtract(
    memory: &mut dyn GuestMemory,
    arguments: &Arguments,
) -> Result<(), Fault> {
    tower::pair_call::<4, Base>(memory, arguments, tower::pair_subtract::<4, Base>)
}

pub(crate) fn fp2_multiply(
    memory: &mut dyn GuestMemory,
    arguments: &Arguments,
) -> Result<(), Fault> {
    tower::pair_call::<4, Base>(memory, arguments, tower::pair_multiply::<4, Base>)
}
