use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sp1_curves::{BigUint, One};

use super::Field;
use crate::{bls12_381, bn254, edwards, secp256k1, secp256r1};

fn big(limbs: &[u64]) -> BigUint {
    BigUint::from_bytes_le(&limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect::<Vec<_>>())
}

/// Numbers of `N` limbs around 0, the prime and 2^(64 N), and random ones.
fn numbers<const N: usize>(modulus: &[u64; N]) -> Vec<[u64; N]> {
    let mut rng = StdRng::seed_from_u64(N as u64);
    let mut numbers = vec![[0; N], [u64::MAX; N], *modulus];
    numbers.extend((0..8).map(|_| std::array::from_fn(|_| rng.r#gen())));
    for step in [1, 2, 1 << 33] {
        numbers.push(std::array::from_fn(|i| if i == 0 { step } else { 0 }));
        numbers.push(std::array::from_fn(|i| modulus[i] - if i == 0 { step } else { 0 }));
    }
    numbers
}

fn check<const N: usize, F: Field<N>>() {
    let prime = big(&F::MODULUS);
    for a in numbers(&F::MODULUS) {
        for b in numbers(&F::MODULUS) {
            if !F::is_reduced(&b) {
                continue;
            }
            assert_eq!(big(&F::product(&a, &b)), big(&a) * big(&b) % &prime, "{a:x?} {b:x?}");
            if F::is_reduced(&a) {
                assert_eq!(big(&F::add(&a, &b)), (big(&a) + big(&b)) % &prime);
                assert_eq!(big(&F::subtract(&a, &b)), (big(&a) + &prime - big(&b)) % &prime);
            }
            assert_eq!(big(&F::power(&a, &b)), big(&a).modpow(&big(&b), &prime));
        }
    }
}

fn check_inverses<const N: usize, F: Field<N>>() {
    let mut rng = StdRng::seed_from_u64(9);
    assert_eq!(F::invert(&[0; N]), [0; N]);
    let powers =
        (0..64 * N).map(|bit| std::array::from_fn(|i| u64::from(i == bit / 64) << (bit % 64)));
    let random = (0..3000).map(|_| std::array::from_fn(|_| rng.r#gen()));
    for value in numbers(&F::MODULUS).into_iter().chain(powers).chain(random) {
        if F::is_reduced(&value) && value != [0; N] {
            assert!(big(&F::product(&value, &F::invert(&value))).is_one(), "{value:x?}");
            assert!(F::is_reduced(&F::invert(&value)));
        }
    }
}

#[test]
fn arithmetic_is_that_of_big_integers() {
    check::<4, secp256k1::Base>();
    check::<4, secp256r1::Base>();
    check::<4, edwards::Base>();
    check::<4, bn254::Base>();
    check::<6, bls12_381::Base>();
}

#[test]
fn number_times_inverse_is_one() {
    check_inverses::<4, secp256k1::Base>();
    check_inverses::<4, secp256r1::Base>();
    check_inverses::<4, edwards::Base>();
    check_inverses::<4, bn254::Base>();
    check_inverses::<6, bls12_381::Base>();
}
