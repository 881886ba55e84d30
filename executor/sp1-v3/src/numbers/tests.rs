use num_bigint::BigUint;
use sp1_curves::edwards::EdwardsParameters;
use sp1_curves::edwards::ed25519::Ed25519Parameters;
use sp1_curves::params::FieldParameters;
use sp1_curves::weierstrass::WeierstrassParameters;
use sp1_curves::weierstrass::bls12_381::Bls12381Parameters;
use sp1_curves::weierstrass::bn254::{Bn254BaseField, Bn254Parameters};
use sp1_curves::weierstrass::secp256k1::Secp256k1Parameters;

use super::*;

fn rule_of(check: Check) -> Option<&'static str> {
    check.unwrap_err().rule
}

fn generator_is_on_its_curve_and_no_neighbour_is<E: WeierstrassParameters>() {
    let (x, y) = E::generator();

    assert_eq!(on_curve::<E>(&x, &y), Ok(()));
    assert_eq!(on_curve::<E>(&x, &(E::BaseField::modulus() - &y)), Ok(()));
    assert_eq!(rule_of(on_curve::<E>(&x, &(&y + 1_u32))), Some("off_curve"));
    assert_eq!(rule_of(on_curve::<E>(&(&x + E::BaseField::modulus()), &y)), Some("unreduced"));
    assert_eq!(rule_of(on_curve::<E>(&BigUint::ZERO, &BigUint::ZERO)), Some("off_curve"));
}

#[test]
fn points_of_each_curve_are_told_from_others() {
    generator_is_on_its_curve_and_no_neighbour_is::<Secp256k1Parameters>();
    generator_is_on_its_curve_and_no_neighbour_is::<Bn254Parameters>();
    generator_is_on_its_curve_and_no_neighbour_is::<Bls12381Parameters>();
}

#[test]
fn points_of_ed25519_are_told_from_others() {
    let (x, y) = Ed25519Parameters::generator();
    let prime = Ed25519BaseField::modulus();

    assert_eq!(on_ed25519(&x, &y), Ok(()));
    assert_eq!(on_ed25519(&(&prime - &x), &y), Ok(()));
    assert_eq!(on_ed25519(&BigUint::ZERO, &BigUint::from(1_u32)), Ok(()));
    assert_eq!(rule_of(on_ed25519(&y, &x)), Some("off_curve"));
    assert_eq!(rule_of(on_ed25519(&x, &(&y + prime))), Some("unreduced"));
}

#[test]
fn slopes_are_asked_for() {
    let (x, y) = Secp256k1Parameters::generator();

    assert_eq!(rule_of(other_x(&x, &x)), Some("equal_x"));
    assert_eq!(other_x(&x, &y), Ok(()));
    assert_eq!(rule_of(has_y(&BigUint::ZERO)), Some("zero_y"));
    assert_eq!(has_y(&y), Ok(()));
}

#[test]
fn numbers_are_below_the_prime() {
    let prime = Bn254BaseField::modulus();
    let last = &prime - 1_u32;

    assert_eq!(reduced::<Bn254BaseField>(&[&BigUint::ZERO, &last]), Ok(()));
    assert_eq!(rule_of(reduced::<Bn254BaseField>(&[&last, &prime])), Some("unreduced"));
}

#[test]
fn quotient_has_256_bits_at_most() {
    let big = (BigUint::from(1_u32) << 256) - 1_u32;
    let two = BigUint::from(2_u32);

    assert_eq!(short_quotient(&big, &two, &two), Ok(()));
    assert_eq!(short_quotient(&big, &big, &BigUint::ZERO), Ok(()));
    assert_eq!(rule_of(short_quotient(&big, &BigUint::from(4_u32), &two)), Some("quotient"));
}

#[test]
fn first_half_is_full_or_the_second_is_nothing() {
    let full = BigUint::from(1_u32) << 224;
    let short = &full - 1_u32;

    assert_eq!(written_in_place(&full, &full, 8), Ok(()));
    assert_eq!(written_in_place(&short, &BigUint::ZERO, 8), Ok(()));
    assert!(written_in_place(&short, &full, 8).is_err());
    assert!(written_in_place(&BigUint::ZERO, &full, 8).is_err());
}
