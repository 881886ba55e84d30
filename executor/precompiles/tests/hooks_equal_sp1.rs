//! Every hook against SP1's own, on random and on unusual inputs; where SP1's panics, ours must refuse.

use std::panic::catch_unwind;

use attestor_precompiles::hook;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sp1_core_executor::{
    HookEnv, bls, fp_ops, hook_ecrecover, hook_ed_decompress, hook_rsa_mul_mod,
};
use sp1_curves::params::FieldParameters;
use sp1_curves::weierstrass::bls12_381::Bls12381BaseField;
use sp1_curves::weierstrass::secp256k1::Secp256k1BaseField;
use sp1_curves::weierstrass::secp256r1::Secp256r1BaseField;
use sp1_curves::{BigUint, Zero, edwards::ed25519::Ed25519BaseField};

const ECRECOVER: u64 = 15;
const ED_DECOMPRESS: u64 = 16;
const RSA_MULTIPLY: u64 = 17;
const BLS_ROOT: u64 = 18;
const BLS_INVERSE: u64 = 19;
const FIELD_ROOT: u64 = 20;
const FIELD_INVERSE: u64 = 21;

/// Whether SP1 accepts the input; ours must do the same, with the same answers.
#[track_caller]
fn assert_equal(fd: u64, input: &[u8]) -> bool {
    let sp1: fn(HookEnv, &[u8]) -> Vec<Vec<u8>> = match fd {
        ECRECOVER => hook_ecrecover,
        ED_DECOMPRESS => hook_ed_decompress,
        RSA_MULTIPLY => hook_rsa_mul_mod,
        BLS_ROOT => bls::hook_bls12_381_sqrt,
        BLS_INVERSE => bls::hook_bls12_381_inverse,
        FIELD_ROOT => fp_ops::hook_fp_sqrt,
        _ => fp_ops::hook_fp_inverse,
    };
    let expected = catch_unwind(|| sp1(HookEnv {}, input)).ok();
    let ours = hook(fd, input).expect("a hook");
    assert_eq!(expected.is_some(), ours.is_ok(), "fd {fd}: {ours:?} for {input:02x?}");
    assert!(expected.is_none() || expected == ours.ok(), "fd {fd} differs for {input:02x?}");
    expected.is_some()
}

/// A number of so many bytes, most significant first: often near 0 or the prime, or above it.
fn number(rng: &mut StdRng, prime: &BigUint, bytes: usize) -> Vec<u8> {
    let random: Vec<u8> = (0..bytes).map(|_| rng.r#gen()).collect();
    let number = match rng.gen_range(0..8) {
        0 => BigUint::zero(),
        1 => prime + rng.gen_range(0u32..3),
        2 => prime - rng.gen_range(1u32..3),
        3 => BigUint::from(rng.gen_range(0u32..50)),
        4 => return random,
        _ => BigUint::from_bytes_be(&random) % prime,
    };
    padded(&number, bytes)
}

fn padded(number: &BigUint, bytes: usize) -> Vec<u8> {
    let mut padded = number.to_bytes_le();
    padded.resize(bytes, 0);
    padded.reverse();
    padded
}

#[test]
fn recovery_equals_on_both_curves() {
    let mut rng = StdRng::seed_from_u64(1);
    let primes = [Secp256k1BaseField::modulus(), Secp256r1BaseField::modulus()];
    let mut accepted = 0;
    for round in 0..300 {
        let flags = [1u8, 2, 0x81, 0x82, 3][round % 5];
        let prime = &primes[usize::from(flags & 1 == 0)];
        let (r, alpha) = (number(&mut rng, prime, 32), number(&mut rng, prime, 32));
        accepted += usize::from(assert_equal(ECRECOVER, &[vec![flags], r, alpha].concat()));
    }
    assert!(accepted > 50, "{accepted}");
}

#[test]
fn ed_decompress_equals() {
    let mut rng = StdRng::seed_from_u64(2);
    let prime = Ed25519BaseField::modulus();
    let mut accepted = 0;
    for round in 0..300 {
        let little = |mut bytes: Vec<u8>| {
            bytes.reverse();
            bytes
        };
        let mut input = little(number(&mut rng, &prime, 32));
        input.extend(little(number(&mut rng, &prime, 32)));
        match round % 10 {
            0 => input.extend([0; 9]),
            1 => input.extend([0, 1]),
            2 => input.truncate(rng.gen_range(0..64)),
            3 => input[31] |= 0x80,
            _ => {}
        }
        accepted += usize::from(assert_equal(ED_DECOMPRESS, &input));
    }
    assert!(accepted > 50, "{accepted}");
}

#[test]
fn bls_root_and_inverse_equal() {
    let mut rng = StdRng::seed_from_u64(3);
    let prime = Bls12381BaseField::modulus();
    for fd in [BLS_ROOT, BLS_INVERSE] {
        let mut accepted = 0;
        for _ in 0..150 {
            let mut input = number(&mut rng, &prime, 48);
            input.resize(rng.gen_range(46..52), 7);
            accepted += usize::from(assert_equal(fd, &input));
        }
        assert!(accepted > 30, "{accepted}");
    }
}

#[test]
fn rsa_equals_also_when_the_quotient_is_cut() {
    let mut rng = StdRng::seed_from_u64(4);
    for length in [256, 384, 512] {
        for zeros in [0, 1, length / 2, length - 1, length] {
            let mut input: Vec<u8> = (0..3 * length).map(|_| rng.r#gen()).collect();
            // The modulus ends in zero bytes, which are its most significant ones.
            input[3 * length - zeros..].fill(0);
            assert_eq!(assert_equal(RSA_MULTIPLY, &input), zeros != length);
        }
    }
    for length in [0, 1, 767, 769, 1537] {
        assert!(!assert_equal(RSA_MULTIPLY, &vec![1; length]));
    }
}

/// The length and the numbers, as the hooks of arbitrary fields take them.
fn question(length: usize, numbers: &[&BigUint]) -> Vec<u8> {
    let mut input = (length as u32).to_be_bytes().to_vec();
    numbers.iter().for_each(|number| input.extend(padded(number, length)));
    input
}

#[test]
fn field_hooks_equal_on_primes() {
    let mut rng = StdRng::seed_from_u64(5);
    // The first is 1 modulo 4 and takes the longer algorithm, the second is 3 modulo 4.
    for (prime, non_square) in
        [(Ed25519BaseField::modulus(), 2u32), (Secp256k1BaseField::modulus(), 3)]
    {
        for _ in 0..40 {
            let element = BigUint::from_bytes_be(&number(&mut rng, &prime, 32));
            let non_square = BigUint::from(non_square);
            assert_equal(FIELD_ROOT, &question(33, &[&element, &prime, &non_square]));
            assert_equal(FIELD_INVERSE, &question(33, &[&element, &prime]));
        }
    }
}

#[test]
fn inverses_equal_modulo_the_order_of_secp256k1() {
    let order = BigUint::from_slice(&[
        0xd036_4141,
        0xbfd2_5e8c,
        0xaf48_a03b,
        0xbaae_dce6,
        0xffff_fffe,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
    ]);
    let mut rng = StdRng::seed_from_u64(8);
    for _ in 0..50 {
        let element = BigUint::from_bytes_be(&number(&mut rng, &order, 32));
        assert_equal(FIELD_INVERSE, &question(33, &[&element, &order]));
    }
}

#[test]
fn field_hooks_equal_on_all_small_moduli() {
    let mut accepted = 0;
    for modulus in 0u32..24 {
        for element in 0..modulus + 2 {
            let (m, e) = (BigUint::from(modulus), BigUint::from(element));
            assert_equal(FIELD_INVERSE, &question(2, &[&e, &m]));
            for other in 0..modulus + 1 {
                let input = question(2, &[&e, &m, &BigUint::from(other)]);
                if searches_for_ever(element, modulus, other) {
                    assert!(hook(FIELD_ROOT, &input).unwrap().is_err());
                } else {
                    accepted += usize::from(assert_equal(FIELD_ROOT, &input));
                }
            }
        }
    }
    assert!(accepted > 100, "{accepted}");
}

/// Whether SP1's search for a power that is 1 does not end: possible only for an even modulus.
fn searches_for_ever(element: u32, modulus: u32, other: u32) -> bool {
    if modulus < 2 || modulus % 2 == 1 || element >= modulus || other >= modulus {
        return false;
    }
    let power = |base: u32, exponent: u32| (0..exponent).fold(1, |p, _| p * base % modulus);
    let is_square = |number: u32| power(number, (modulus - 1) / 2) == 1;
    let number = if is_square(element) { element } else { element * other % modulus };
    let mut square = number;
    let ends = (0..modulus).any(|_| {
        square = square * square % modulus;
        square == 1
    });
    number > 1 && is_square(number) && !ends
}

#[test]
fn field_hooks_refuse_wrong_lengths() {
    let input = question(8, &[&BigUint::from(3u32), &BigUint::from(7u32)]);
    for length in 0..input.len() {
        assert!(!assert_equal(FIELD_INVERSE, &input[..length]));
        assert!(!assert_equal(FIELD_ROOT, &input[..length]));
    }
    assert!(assert_equal(FIELD_INVERSE, &input));
    assert!(!assert_equal(FIELD_INVERSE, &u32::MAX.to_be_bytes()));
}

#[test]
fn other_descriptors_are_no_hooks() {
    for fd in [0, 1, 2, 13, 14, 22, 1 << 32] {
        assert!(hook(fd, &[]).is_none());
    }
    assert!(hook(FIELD_INVERSE | 1 << 32, &[]).is_some());
}
