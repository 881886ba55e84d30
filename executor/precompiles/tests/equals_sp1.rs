//! Every precompile against SP1's portable executor, on random and on unusual inputs.

mod oracle;

use attestor_precompiles::{Arguments, Fault, Rule, name};
use oracle::{Words, on_ours, on_sp1};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use sp1_curves::BigUint;

const A: u64 = 0x2_0000;
const B: u64 = 0x2_1000;

/// Compare one call: both fail, or both leave equal words in the compared range. Ours may refuse
/// what SP1's circuits do not accept; whether it is right in that is for them to say.
#[track_caller]
fn assert_equal(number: u64, arguments: &Arguments, words: &Words) -> bool {
    let mut addresses: Vec<u64> =
        [A, B].iter().flat_map(|&at| (at..at + 1024).step_by(8)).collect();
    addresses.extend(words.keys());
    let sp1 = on_sp1(number, arguments, words, &addresses);
    let ours = on_ours(number, arguments, words, &addresses);
    let call = name(number).unwrap();
    if matches!(ours, Err(Fault::Unprovable(_))) {
        return false;
    }
    assert_eq!(sp1.is_some(), ours.is_ok(), "{call}: {ours:?} for {arguments:x?}, {words:x?}");
    assert!(sp1.is_none() || sp1 == ours.ok(), "{call} differs for {arguments:x?}, {words:x?}");
    sp1.is_some()
}

fn at(address: u64, values: &[u64]) -> Words {
    (address..).step_by(8).zip(values.iter().copied()).collect()
}

fn both(a: &[u64], b: &[u64]) -> Words {
    at(A, a).into_iter().chain(at(B, b)).collect()
}

const POINTERS: Arguments = Arguments { a0: A, a1: B, a2: 0, a3: 0, a4: 0 };
const ONE_POINTER: Arguments = Arguments { a1: 0, ..POINTERS };

/// Numbers around which arithmetic modulo `prime` goes wrong, and random ones.
fn interesting(rng: &mut StdRng, prime: &[u64]) -> Vec<u64> {
    let mut number: Vec<u64> = match rng.gen_range(0..6) {
        0 => vec![0; prime.len()],
        1 => vec![u64::MAX; prime.len()],
        2 => prime.to_vec(),
        _ => prime.iter().map(|_| rng.r#gen()).collect(),
    };
    match rng.gen_range(0..4) {
        0 => number[0] = number[0].wrapping_add(rng.gen_range(0..3)),
        1 => number[0] = number[0].wrapping_sub(rng.gen_range(0..3)),
        2 => *number.last_mut().unwrap() %= prime.last().unwrap(),
        _ => {}
    }
    number
}

const MAX: u64 = u64::MAX;
const SECP256K1: [u64; 4] = [0xffff_fffe_ffff_fc2f, u64::MAX, u64::MAX, u64::MAX];
const SECP256R1: [u64; 4] = [u64::MAX, 0xffff_ffff, 0, 0xffff_ffff_0000_0001];
const ED25519: [u64; 4] = [u64::MAX - 18, u64::MAX, u64::MAX, u64::MAX >> 1];
const BN254: [u64; 4] =
    [0x3c20_8c16_d87c_fd47, 0x9781_6a91_6871_ca8d, 0xb850_45b6_8181_585d, 0x3064_4e72_e131_a029];
const BLS12_381: [u64; 6] = [
    0xb9fe_ffff_ffff_aaab,
    0x1eab_fffe_b153_ffff,
    0x6730_d2a0_f6b0_f624,
    0x6477_4b84_f385_12bf,
    0x4b1b_a7b6_434b_acd7,
    0x1a01_11ea_397f_e69a,
];

const SHA_EXTEND: u64 = 0x0030_0105;
const SHA_COMPRESS: u64 = 0x0001_0106;
const ED_ADD: u64 = 0x0001_0107;
const ED_DECOMPRESS: u64 = 0x0000_0108;
const KECCAK_PERMUTE: u64 = 0x0001_0109;
const UINT256_MUL: u64 = 0x0001_011d;
const POSEIDON2: u64 = 0x133;

fn random(rng: &mut StdRng, count: usize) -> Vec<u64> {
    (0..count).map(|_| rng.r#gen()).collect()
}

#[test]
fn sha_equals_on_true_and_on_made_up_schedules() {
    let mut rng = StdRng::seed_from_u64(1);
    for round in 0..20 {
        let numbers = |rng: &mut StdRng, count| {
            random(rng, count).into_iter().map(|word| word >> 32).collect::<Vec<_>>()
        };
        let state = numbers(&mut rng, 8);
        let words = both(&numbers(&mut rng, 64), &state);
        let extend = Arguments { a1: 0, ..POINTERS };
        assert!(assert_equal(SHA_EXTEND, &extend, &words));
        assert!(assert_equal(SHA_COMPRESS, &POINTERS, &words));
        // With a true extension the fast way is taken; with one wrong bit it must not be.
        let schedule: Vec<u64> = (A..A + 512).step_by(8).collect();
        let mut extended = on_ours(SHA_EXTEND, &extend, &words, &schedule).unwrap();
        assert!(assert_equal(SHA_COMPRESS, &POINTERS, &both(&extended, &state)));
        extended[16 + round % 48] ^= 1;
        assert!(assert_equal(SHA_COMPRESS, &POINTERS, &both(&extended, &state)));
        extended[round % 64] |= 1 << (32 + round);
        let wide = on_ours(SHA_COMPRESS, &POINTERS, &both(&extended, &state), &[]);
        assert_eq!(wide, Err(Rule::WideWord(extended[round % 64]).into()));
    }
}

#[test]
fn sha_and_keccak_refuse_a_second_argument() {
    for number in [SHA_EXTEND, KECCAK_PERMUTE] {
        assert!(!assert_equal(number, &Arguments { a1: 1, ..POINTERS }, &Words::new()));
    }
}

#[test]
fn calls_of_one_argument_refuse_a_second_one() {
    let doubles = curves().into_iter().filter_map(|curve| Some((curve.double?, curve.generator)));
    for (number, operand) in doubles.chain([(POSEIDON2, vec![0; 8])]) {
        let with = |a1| on_ours(number, &Arguments { a1, ..POINTERS }, &at(A, &operand), &[]);
        assert_eq!(with(0), Ok(vec![]), "{:?}", name(number));
        for a1 in [1, 8, 1 << 32, 1 << 63] {
            assert_eq!(with(a1), Err(Rule::SecondArgument(a1).into()), "{:?}", name(number));
        }
    }
}

#[test]
fn keccak_equals_on_random_states() {
    let mut rng = StdRng::seed_from_u64(2);
    for _ in 0..20 {
        let words = at(A, &random(&mut rng, 25));
        assert!(assert_equal(KECCAK_PERMUTE, &Arguments { a1: 0, ..POINTERS }, &words));
    }
}

#[test]
fn poseidon2_equals_below_the_prime_and_is_refused_above() {
    let mut rng = StdRng::seed_from_u64(3);
    let arguments = Arguments { a1: 0, ..POINTERS };
    for _ in 0..20 {
        let words: Vec<u64> =
            random(&mut rng, 8).iter().map(|word| word & 0x7eff_ffff_7eff_ffff).collect();
        assert!(assert_equal(POSEIDON2, &arguments, &at(A, &words)));
    }
    for value in [0, 0x7f00_0000_7f00_0000] {
        assert!(assert_equal(POSEIDON2, &arguments, &at(A, &[value; 8])));
    }
    for value in [u64::MAX, 0x7f00_0001, 0x7f00_0001_0000_0000] {
        let above = on_ours(POSEIDON2, &arguments, &at(A, &[value; 8]), &[]);
        assert_eq!(above, Err(Rule::Unreduced.into()));
    }
}

#[test]
fn field_calls_equal_on_odd_and_random_operands() {
    let mut rng = StdRng::seed_from_u64(4);
    for (first, prime) in [(0x0001_0126, &BN254[..]), (0x0001_0120, &BLS12_381[..])] {
        for number in first..first + 6 {
            let parts = if number < first + 3 { 1 } else { 2 };
            for _ in 0..40 {
                let mut operand =
                    || (0..parts).flat_map(|_| interesting(&mut rng, prime)).collect::<Vec<_>>();
                assert_equal(number, &POINTERS, &both(&operand(), &operand()));
            }
        }
    }
}

/// Whether ours makes a call as SP1 does, or the rule by which it does not.
fn made(number: u64, a: &[u64], b: &[u64]) -> Result<(), Fault> {
    on_ours(number, &POINTERS, &both(a, b), &[])?;
    assert!(assert_equal(number, &POINTERS, &both(a, b)));
    Ok(())
}

/// A number and some more, which does not overflow.
fn plus(number: &[u64], more: u64) -> Vec<u64> {
    let (low, rest) = number.split_first().unwrap();
    [&[low.checked_add(more).unwrap()], rest].concat()
}

/// Calls of a base field and of its extension, by the first of each, with operands of which one
/// coordinate is the given one and the other zero.
fn of_fields(call: u64, check: impl Fn(&[u64], &dyn Fn(&[u64], &[u64]) -> Result<(), Fault>)) {
    for (first, prime) in [(0x0001_0126, &BN254[..]), (0x0001_0120, &BLS12_381[..])] {
        check(prime, &|a, b| made(first + call, a, b));
        let zero = vec![0; prime.len()];
        check(prime, &|a, b| made(first + 3 + call, &[a, &zero].concat(), &[b, &zero].concat()));
        check(prime, &|a, b| made(first + 3 + call, &[&zero, a].concat(), &[&zero, b].concat()));
    }
}

#[test]
fn differences_are_from_reduced_numbers_of_at_most_the_prime_more() {
    of_fields(1, |prime, subtract| {
        let refused = Err(Rule::Difference.into());
        let (zero, ones) = (vec![0; prime.len()], vec![MAX; prime.len()]);
        let most = [&[prime[0] - 1], &prime[1..]].concat();
        assert_eq!(subtract(&most, &zero), Ok(()));
        assert_eq!(subtract(prime, &zero), refused);
        assert_eq!(subtract(prime, prime), refused);
        assert_eq!(subtract(&zero, prime), Ok(()));
        assert_eq!(subtract(&zero, &plus(prime, 1)), refused);
        assert_eq!(subtract(&plus(&zero, 1), &plus(prime, 1)), Ok(()));
        assert_eq!(subtract(&most, &ones), refused);
    });
}

#[test]
fn products_have_a_quotient_as_long_as_their_factors() {
    of_fields(2, |prime, multiply| {
        let ones = vec![MAX; prime.len()];
        for (a, b) in [(&ones[..], prime), (prime, &ones)] {
            assert_eq!(multiply(a, b), Ok(()));
        }
        let more = plus(prime, 1);
        for (a, b) in [(&ones, &more), (&more, &ones), (&ones, &ones)] {
            assert_eq!(multiply(a, b), Err(Rule::Quotient.into()));
        }
    });
}

#[test]
fn quotients_of_uint256_have_256_bits() {
    let multiply = |y: [u64; 4], modulus| made(UINT256_MUL, &[MAX; 4], &[y, modulus].concat());
    // The product's upper half is 1, or 2^256 - 2.
    for (y, upper) in [([2, 0, 0, 0], [1, 0, 0, 0]), ([MAX; 4], [MAX - 1, MAX, MAX, MAX])] {
        assert_eq!(multiply(y, upper), Err(Rule::Quotient.into()));
        let [low, rest @ ..] = upper;
        assert_eq!(multiply(y, [low + 1, rest[0], rest[1], rest[2]]), Ok(()));
    }
    assert_eq!(multiply([MAX; 4], [0; 4]), Ok(()));
}

#[test]
fn uint256_equals_for_every_length_of_the_modulus() {
    let mut rng = StdRng::seed_from_u64(5);
    let mut accepted = 0;
    for round in 0..150 {
        let x = interesting(&mut rng, &[u64::MAX; 4]);
        let y = interesting(&mut rng, &[u64::MAX; 4]);
        let mut modulus = interesting(&mut rng, &[u64::MAX; 4]);
        // Every length of the modulus, also zero.
        modulus.iter_mut().skip(round % 5).for_each(|limb| *limb = 0);
        let right = [y, modulus].concat();
        accepted += usize::from(assert_equal(UINT256_MUL, &POINTERS, &both(&x, &right)));
    }
    assert!(accepted > 30, "{accepted}");
}

#[test]
fn uint256_carry_equals_also_with_overlaps() {
    let mut rng = StdRng::seed_from_u64(6);
    for number in [0x0001_0130, 0x0001_0131] {
        for _ in 0..60 {
            let words = [0; 4].map(|_| interesting(&mut rng, &[u64::MAX; 4])).concat();
            let mut place = || A + 8 * rng.gen_range(0..12);
            let [a0, a1, a2, a3, a4] = [place(), place(), place(), place(), place()];
            let arguments = Arguments { a0, a1, a2, a3, a4 };
            assert!(assert_equal(number, &arguments, &at(A, &words)));
        }
    }
}

/// A curve's calls, its prime, and a point to start from.
struct Curve<'a> {
    add: u64,
    double: Option<u64>,
    prime: &'a [u64],
    generator: Vec<u64>,
}

fn curves() -> Vec<Curve<'static>> {
    use sp1_curves::EllipticCurve;
    use sp1_curves::edwards::ed25519::Ed25519;
    use sp1_curves::weierstrass::{
        bls12_381::Bls12381, bn254::Bn254, secp256k1::Secp256k1, secp256r1::Secp256r1,
    };
    let curve = |add, double, prime, generator| Curve { add, double, prime, generator };
    vec![
        curve(0x0001_010a, Some(0x10b), &SECP256K1, Secp256k1::ec_generator().to_words_le()),
        curve(0x0001_012c, Some(0x12d), &SECP256R1, Secp256r1::ec_generator().to_words_le()),
        curve(0x0001_010e, Some(0x10f), &BN254, Bn254::ec_generator().to_words_le()),
        curve(0x0001_011e, Some(0x11f), &BLS12_381, Bls12381::ec_generator().to_words_le()),
        curve(ED_ADD, None, &ED25519, Ed25519::ec_generator().to_words_le()),
    ]
}

/// Some points of the curve: from the generator by ours, each step compared with SP1.
fn points(curve: &Curve) -> Vec<Vec<u64>> {
    let g = &curve.generator;
    let mut points = vec![g.clone()];
    let result: Vec<u64> = (A..A + 8 * g.len() as u64).step_by(8).collect();
    let mut last = g.clone();
    for step in 0..16 {
        let double = if step % 2 == 0 { curve.double } else { None };
        let number = double.unwrap_or(curve.add);
        let words = both(&last, g);
        let arguments = if double.is_some() { ONE_POINTER } else { POINTERS };
        assert!(assert_equal(number, &arguments, &words), "{:?}", name(number));
        last = on_ours(number, &arguments, &words, &result).unwrap();
        points.push(last.clone());
    }
    points
}

/// The point or its mirror image, perhaps with coordinates that are not reduced or not its own.
fn odd_point(rng: &mut StdRng, points: &[Vec<u64>], prime: &[u64]) -> Vec<u64> {
    let length = prime.len();
    let mut point = points.choose(rng).unwrap().clone();
    let axis = if rng.r#gen() { 0..length } else { length..2 * length };
    match rng.gen_range(0..6) {
        0 | 1 => point[axis].copy_from_slice(&interesting(rng, prime)),
        2 => add_prime(&mut point[axis], prime, false),
        3 => add_prime(&mut point[length..], prime, true),
        4 => return [interesting(rng, prime), interesting(rng, prime)].concat(),
        _ => {}
    }
    point
}

/// The number plus the prime, as often as it fits but at most three times; or the prime less it.
fn add_prime(number: &mut [u64], prime: &[u64], negate: bool) {
    for _ in 0..3 {
        let mut carry = false;
        let start: Vec<u64> = number.to_vec();
        for (limb, &addend) in number.iter_mut().zip(prime) {
            let (partial, first) = match negate {
                true => addend.overflowing_sub(*limb),
                false => addend.overflowing_add(*limb),
            };
            let (result, second) = match negate {
                true => partial.overflowing_sub(carry.into()),
                false => partial.overflowing_add(carry.into()),
            };
            (*limb, carry) = (result, first | second);
        }
        if carry {
            number.copy_from_slice(&start);
        }
        if carry || negate {
            break;
        }
    }
}

#[test]
fn curve_calls_equal_on_points_of_the_curve_and_odd_ones() {
    let mut rng = StdRng::seed_from_u64(7);
    for curve in curves() {
        let points = points(&curve);
        let mut accepted = 0;
        for _ in 0..150 {
            let p = odd_point(&mut rng, &points, curve.prime);
            let q = if rng.gen_ratio(1, 8) {
                p.clone()
            } else {
                odd_point(&mut rng, &points, curve.prime)
            };
            accepted += usize::from(assert_equal(curve.add, &POINTERS, &both(&p, &q)));
            if let Some(double) = curve.double {
                accepted += usize::from(assert_equal(double, &ONE_POINTER, &at(A, &p)));
            }
        }
        assert!(accepted > 10, "{:?} accepted {accepted}", name(curve.add));
    }
}

#[test]
fn points_with_a_y_of_zero_are_not_doubled() {
    for curve in curves() {
        let Some(double) = curve.double else { continue };
        let limbs = curve.prime.len();
        let with = |y: u64| {
            let mut point = curve.generator.clone();
            point[limbs..].fill(0);
            point[limbs] = y;
            on_ours(double, &ONE_POINTER, &at(A, &point), &[])
        };
        if curve.prime == SECP256K1 {
            // SP1 asks for points of this curve, of which none has such a y.
            assert!(matches!([with(0), with(1)], [Err(Fault::Refused(_)), Err(Fault::Refused(_))]));
            continue;
        }
        assert_eq!(with(0), Err(Rule::ZeroY.into()), "{:?}", name(double));
        assert_eq!(with(1), Ok(vec![]), "{:?}", name(double));
    }
}

#[test]
fn curve_calls_equal_with_overlapping_points() {
    for curve in curves() {
        let words = at(A, &curve.generator.repeat(2));
        for offset in (0..8 * curve.generator.len() as u64).step_by(8) {
            let up = Arguments { a0: A, a1: A + offset, ..POINTERS };
            let down = Arguments { a0: A + offset, a1: A, ..POINTERS };
            assert_equal(curve.add, &up, &words);
            assert_equal(curve.add, &down, &words);
        }
    }
}

#[test]
fn curve_calls_equal_on_a_point_and_its_mirror_image() {
    for curve in curves() {
        let mut mirror = curve.generator.clone();
        // On ed25519 x changes its sign, on the others y.
        let axis = if curve.double.is_some() { curve.prime.len() } else { 0 };
        add_prime(&mut mirror[axis..axis + curve.prime.len()], curve.prime, true);
        let accepted = assert_equal(curve.add, &POINTERS, &both(&curve.generator, &mirror));
        assert_eq!(accepted, curve.double.is_none(), "{:?}", name(curve.add));
    }
}

#[test]
fn secp256k1_refuses_an_unreduced_point_of_the_curve() {
    // The point with x = 1, the y of which is a root of 8.
    let prime = BigUint::from_slice(&SECP256K1.map(|w| [w as u32, (w >> 32) as u32]).concat());
    let y = BigUint::from(8u32).modpow(&((&prime + 1u32) >> 2), &prime).to_u64_digits();
    let generator = &curves()[0].generator;
    for (x, accepted) in [([1, 0, 0, 0], true), ([SECP256K1[0] + 1, MAX, MAX, MAX], false)] {
        let point = [&x[..], &y].concat();
        assert_eq!(assert_equal(0x0001_010a, &POINTERS, &both(&point, generator)), accepted);
        assert_eq!(assert_equal(0x0001_010a, &POINTERS, &both(generator, &point)), accepted);
        assert_eq!(assert_equal(0x0000_010b, &ONE_POINTER, &at(A, &point)), accepted);
    }
}

#[test]
fn ed_decompress_equals_for_every_kind_of_y() {
    let mut rng = StdRng::seed_from_u64(8);
    let mut accepted = 0;
    for _ in 0..60 {
        let words = at(A + 32, &interesting(&mut rng, &ED25519));
        for a1 in 0..3 {
            let arguments = Arguments { a1, ..POINTERS };
            accepted += usize::from(assert_equal(ED_DECOMPRESS, &arguments, &words));
        }
    }
    assert!(accepted > 10);
}

/// All numbers that have a precompile.
fn numbers() -> Vec<u64> {
    (0..0x200)
        .flat_map(|low| [low, low | 0x0001_0000, low | 0x0030_0000])
        .filter(|&number| attestor_precompiles::precompile(number).is_some())
        .collect()
}

#[test]
fn every_call_fails_on_misaligned_and_far_pointers() {
    assert_eq!(numbers().len(), 29);
    for number in numbers() {
        for bad in [A + 1, A + 4, (1 << 40) - 8, 1 << 40, 1 << 63, u64::MAX - 7] {
            if number == POSEIDON2 && bad > 1 << 63 {
                // SP1's executor follows a dangling pointer where the addresses wrap around.
                assert!(
                    on_ours(number, &Arguments { a0: bad, ..POINTERS }, &Words::new(), &[])
                        .is_err()
                );
                continue;
            }
            let second = [POINTERS.a1, 0][usize::from(number & 0xff == 5 || number & 0xff == 9)];
            let arguments = Arguments { a0: bad, a1: second, a2: A, a3: A, a4: A };
            assert!(!assert_equal(number, &arguments, &Words::new()));
        }
    }
}

#[test]
fn upper_half_of_a_number_is_ignored() {
    for number in numbers() {
        assert_eq!(name(number), name(number | 1 << 32));
        assert!(attestor_precompiles::precompile(number | 1 << 63).is_some());
    }
}
