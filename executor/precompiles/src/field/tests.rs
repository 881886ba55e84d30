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

/// Odd and even numbers with the prime's leading bits, and near its quotients by small numbers and
/// by the golden ratio: the algorithm of inverses must tell what is larger, or has most to do.
fn numbers_like<const N: usize>(modulus: &[u64; N]) -> Vec<[u64; N]> {
    let prime = big(modulus);
    let golden = (&prime * BigUint::from(0x9e37_79b9_7f4a_7c15u64)) >> 64;
    let quotients = (1u64..40).map(|divisor| &prime / BigUint::from(divisor));
    let shifted = (1..64 * N).step_by(7).map(|shift| &prime >> shift);
    let centers: Vec<BigUint> = quotients.chain(shifted).chain([golden]).collect();
    let powers = (0..64 * N).map(|bit| BigUint::one() << bit);
    let near = centers
        .iter()
        .flat_map(|center| (0..64 * N).step_by(5).map(move |bit| center ^ (BigUint::one() << bit)));
    let below = powers.clone().filter(|power| *power <= prime).map(|power| &prime - power);
    let around = powers.clone().flat_map(|power| [&power - 1u64, &power + 1u64]);
    below.chain(around).chain(powers).chain(near).map(|number| limbs(&number)).collect()
}

/// `number` modulo 2^(64 N).
fn limbs<const N: usize>(number: &BigUint) -> [u64; N] {
    let digits = number.to_u64_digits();
    std::array::from_fn(|i| digits.get(i).copied().unwrap_or_default())
}

fn check_inverses<const N: usize, F: Field<N>>() {
    let mut rng = StdRng::seed_from_u64(9);
    let prime = big(&F::MODULUS);
    let exponent = &prime - 2u64;
    let random = (0..3000).map(|_| std::array::from_fn(|_| rng.r#gen()));
    let values = numbers(&F::MODULUS).into_iter().chain(numbers_like(&F::MODULUS)).chain(random);
    for value in values.filter(F::is_reduced) {
        // Fermat: also 0 for 0.
        let expected = F::power(&value, &limbs(&exponent));
        assert_eq!(F::invert(&value), expected, "{value:x?}");
        assert_eq!(value == [0; N], expected == [0; N], "{value:x?}");
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
fn inverse_is_the_power_of_fermat() {
    check_inverses::<4, secp256k1::Base>();
    check_inverses::<4, secp256r1::Base>();
    check_inverses::<4, edwards::Base>();
    check_inverses::<4, bn254::Base>();
    check_inverses::<6, bls12_381::Base>();
}
