//! Inverses and square roots modulo a number that the guest names; nothing says that it is prime.
//!
//! The input starts with a length of four bytes; numbers of that length follow. All is most
//! significant byte first. A long length takes long: the time limit of the run bounds it.

use sp1_curves::{BigUint, One, Zero};

use super::answers::{Answers, TOO_SHORT};
use crate::field::Field;
use crate::inverse::Inverter;
use crate::memory::Fault;
use crate::secp256k1::{self, ORDER};

const BAD_LENGTH: Fault = Fault::Refused("the input's length is not the one that it names");
const NO_ROOT: Fault = Fault::Refused("neither the element nor its multiple has a square root");

/// The input is element and modulus, the answer element^(modulus - 2).
pub(super) fn inverse(input: &[u8]) -> Answers {
    let (length, [element, modulus]) = numbers(input)?;
    if element.is_zero() {
        return Err(Fault::Refused("0 has no inverse"));
    }
    let two = BigUint::from(2u32);
    if modulus < two {
        return Err(Fault::Refused("the modulus is less than 2"));
    }
    let inverse = known_inverse(&element, &modulus)
        .unwrap_or_else(|| element.modpow(&(&modulus - two), &modulus));
    Ok(vec![to_be(&inverse, length)])
}

/// The inverse modulo one of the two primes of secp256k1, which nearly all questions are about.
fn known_inverse(element: &BigUint, modulus: &BigUint) -> Option<BigUint> {
    const OF_FIELD: Inverter<4> = Inverter::new(secp256k1::Base::MODULUS);
    const OF_SCALARS: Inverter<4> = Inverter::new(ORDER);
    let inverter = match limbs(modulus)? {
        secp256k1::Base::MODULUS => &OF_FIELD,
        ORDER => &OF_SCALARS,
        _ => return None,
    };
    Some(number(&inverter.invert(&limbs(&(element % modulus))?)))
}

/// element^((p + 1) / 4), if the modulus is the prime p of secp256k1's field.
fn known_candidate(element: &BigUint, modulus: &BigUint) -> Option<BigUint> {
    const P: [u64; 4] = secp256k1::Base::MODULUS;
    // p ends with two ones.
    const EXPONENT: [u64; 4] =
        [(P[0] >> 2 | P[1] << 62) + 1, P[1] >> 2 | P[2] << 62, P[2] >> 2 | P[3] << 62, P[3] >> 2];
    (limbs(modulus)? == P).then_some(())?;
    Some(number(&secp256k1::Base::power(&limbs(&(element % modulus))?, &EXPONENT)))
}

/// A number of at most 256 bits.
fn limbs(number: &BigUint) -> Option<[u64; 4]> {
    let mut limbs = [0; 4];
    let digits = number.iter_u64_digits();
    let places = limbs.get_mut(..digits.len())?;
    places.iter_mut().zip(digits).for_each(|(limb, digit)| *limb = digit);
    Some(limbs)
}

fn number(limbs: &[u64; 4]) -> BigUint {
    BigUint::from_bytes_le(limbs.map(u64::to_le_bytes).as_flattened())
}

/// The input is element, modulus and a number that is no square. The answers are 1 and a root of
/// the element, or 0 and a root of the product of both.
pub(super) fn square_root(input: &[u8]) -> Answers {
    let (length, [element, modulus, non_square]) = numbers(input)?;
    if element >= modulus || non_square >= modulus {
        return Err(Fault::Refused("a number is not below the modulus"));
    }
    if element.is_zero() {
        return Ok(vec![vec![1], vec![0; length]]);
    }
    if let Some(root) = root(&element, &modulus, &non_square)? {
        return Ok(vec![vec![1], to_be(&root, length)]);
    }
    let product = (&non_square * &element) % &modulus;
    let root = root(&product, &modulus, &non_square)?.ok_or(NO_ROOT)?;
    Ok(vec![vec![0], to_be(&root, length)])
}

/// The length of the numbers, and `N` of them.
fn numbers<const N: usize>(input: &[u8]) -> Result<(usize, [BigUint; N]), Fault> {
    let (length, rest) = input.split_first_chunk().ok_or(TOO_SHORT)?;
    let length = u32::from_be_bytes(*length) as usize;
    if rest.len() != N * length {
        return Err(BAD_LENGTH);
    }
    let number = |i| BigUint::from_bytes_be(&rest[i * length..(i + 1) * length]);
    Ok((length, std::array::from_fn(number)))
}

fn root(
    element: &BigUint,
    modulus: &BigUint,
    non_square: &BigUint,
) -> Result<Option<BigUint>, Fault> {
    let four = BigUint::from(4u32);
    if modulus % &four == BigUint::from(3u32) {
        let candidate = known_candidate(element, modulus)
            .unwrap_or_else(|| element.modpow(&((modulus + 1u32) / four), modulus));
        return Ok(Some(candidate).filter(|root| root * root % modulus == *element));
    }
    tonelli_shanks(element, modulus, non_square)
}

/// The algorithm of Tonelli and Shanks, with what SP1's version does for moduli that are not prime.
fn tonelli_shanks(
    element: &BigUint,
    modulus: &BigUint,
    non_square: &BigUint,
) -> Result<Option<BigUint>, Fault> {
    if element.is_zero() {
        return Err(NO_ROOT);
    }
    let one = BigUint::one();
    let order = modulus - 1u32;
    if element.modpow(&(&order >> 1), modulus) != one {
        return Ok(None);
    }
    // order = odd * 2^twos. A modulus of 1 did not get here.
    let twos = order.trailing_zeros().unwrap_or(0);
    let odd = order >> twos;
    let mut generator = non_square.modpow(&odd, modulus);
    let mut root = element.modpow(&((&odd + 1u32) >> 1), modulus);
    let mut rest = element.modpow(&odd, modulus);
    let mut limit = twos;
    while rest != one {
        if limit == 0 {
            // An even modulus: SP1 would loop forever, or panic.
            return Err(NO_ROOT);
        }
        let Some(squarings) = squarings_to_one(&rest, modulus, limit) else {
            return Ok(None);
        };
        let factor = generator.modpow(&(BigUint::one() << (limit - squarings - 1)), modulus);
        root = root * &factor % modulus;
        generator = &factor * &factor % modulus;
        rest = rest * &generator % modulus;
        limit = squarings;
    }
    Ok(Some(root))
}

/// How often a number other than 1 must be squared to become 1, if that is less than `limit`.
fn squarings_to_one(number: &BigUint, modulus: &BigUint, limit: u64) -> Option<u64> {
    let mut power = number.clone();
    for squarings in 1..limit {
        power = &power * &power % modulus;
        if power.is_one() {
            return Some(squarings);
        }
    }
    None
}

/// `length` bytes, most significant first.
fn to_be(number: &BigUint, length: usize) -> Vec<u8> {
    let mut bytes = number.to_bytes_le();
    bytes.resize(length, 0);
    bytes.reverse();
    bytes
}
