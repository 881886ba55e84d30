//! The BLS12-381 calls: points of G1, its base field and that field's quadratic extension.

use crate::arguments::Arguments;
use crate::field::Field;
use crate::inverse::Inverter;
use crate::memory::{Fault, GuestMemory};
use crate::montgomery::Montgomery;
use crate::tower;
use crate::weierstrass::{self, Curve};

const MODULUS: [u64; 6] = [
    0xb9fe_ffff_ffff_aaab,
    0x1eab_fffe_b153_ffff,
    0x6730_d2a0_f6b0_f624,
    0x6477_4b84_f385_12bf,
    0x4b1b_a7b6_434b_acd7,
    0x1a01_11ea_397f_e69a,
];
const MONTGOMERY: Montgomery<6> = Montgomery::new(MODULUS);
const INVERTER: Inverter<6> = Inverter::new(MODULUS);

pub(crate) struct Base;

impl Field<6> for Base {
    const MODULUS: [u64; 6] = MODULUS;

    #[inline(always)]
    fn enter(a: &[u64; 6]) -> [u64; 6] {
        MONTGOMERY.enter(a)
    }

    #[inline(always)]
    fn multiply(a: &[u64; 6], b: &[u64; 6]) -> [u64; 6] {
        MONTGOMERY.multiply(a, b)
    }

    fn invert(a: &[u64; 6]) -> [u64; 6] {
        INVERTER.invert(a)
    }
}

struct Bls12381;

impl Curve<6> for Bls12381 {
    type Base = Base;
    const A: [u64; 6] = [0; 6];
}

pub(crate) fn add(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    weierstrass::add_call::<6, Bls12381>(memory, arguments.a0, arguments.a1)
}

pub(crate) fn double(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    weierstrass::double_call::<6, Bls12381>(memory, arguments)
}

pub(crate) fn fp_add(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    tower::call::<6, Base>(memory, arguments, tower::add::<6, Base>)
}

pub(crate) fn fp_subtract(
    memory: &mut dyn GuestMemory,
    arguments: &Arguments,
) -> Result<(), Fault> {
    tower::call::<6, Base>(memory, arguments, tower::subtract::<6, Base>)
}

pub(crate) fn fp_multiply(
    memory: &mut dyn GuestMemory,
    arguments: &Arguments,
) -> Result<(), Fault> {
    tower::call::<6, Base>(memory, arguments, tower::multiply::<6, Base>)
}

pub(crate) fn fp2_add(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    tower::pair_call::<6, Base>(memory, arguments, tower::pair_add::<6, Base>)
}

pub(crate) fn fp2_subtract(
    memory: &mut dyn GuestMemory,
    arguments: &Arguments,
) -> Result<(), Fault> {
    tower::pair_call::<6, Base>(memory, arguments, tower::pair_subtract::<6, Base>)
}

pub(crate) fn fp2_multiply(
    memory: &mut dyn GuestMemory,
    arguments: &Arguments,
) -> Result<(), Fault> {
    tower::pair_call::<6, Base>(memory, arguments, tower::pair_multiply::<6, Base>)
}
