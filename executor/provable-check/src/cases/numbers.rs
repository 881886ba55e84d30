//! The primes, the curves and their calls.

use sp1_curves::BigUint;

/// A curve's calls: y^2 = x^3 + `a` x + b.
pub struct CurveCalls {
    pub name: &'static str,
    pub add: u64,
    pub double: u64,
    /// Of a coordinate.
    pub words: usize,
    pub prime: &'static str,
    pub x: &'static str,
    pub y: &'static str,
    /// Less than zero: that much less than the prime.
    pub a: i64,
}

pub const CURVES: [CurveCalls; 4] = [
    CurveCalls {
        name: "secp256k1",
        add: 0x1_010a,
        double: 0x10b,
        words: 4,
        prime: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
        x: "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
        y: "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
        a: 0,
    },
    CurveCalls {
        name: "secp256r1",
        add: 0x1_012c,
        double: 0x12d,
        words: 4,
        prime: "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
        x: "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        y: "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
        a: -3,
    },
    CurveCalls {
        name: "bn254",
        add: 0x1_010e,
        double: 0x10f,
        words: 4,
        prime: "30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47",
        x: "1",
        y: "2",
        a: 0,
    },
    CurveCalls {
        name: "bls12381",
        add: 0x1_011e,
        double: 0x11f,
        words: 6,
        prime: BLS12_381,
        x: "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb",
        y: "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1",
        a: 0,
    },
];

const BLS12_381: &str = "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab";

/// Addition, subtraction and multiplication have numbers one after the other, first of the field,
/// then of its quadratic extension.
pub struct FieldCalls {
    pub name: &'static str,
    pub first: u64,
    pub words: usize,
    pub prime: &'static str,
}

pub const FIELDS: [FieldCalls; 2] = [
    FieldCalls { name: "bn254", first: 0x1_0126, words: 4, prime: CURVES[2].prime },
    FieldCalls { name: "bls12381", first: 0x1_0120, words: 6, prime: BLS12_381 },
];

/// A point of ed25519, and its prime.
pub const ED25519: [&str; 3] = [
    "216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a",
    "6666666666666666666666666666666666666666666666666666666666666658",
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed",
];

pub fn number(hex: &str) -> BigUint {
    BigUint::parse_bytes(hex.as_bytes(), 16).expect("hex digits")
}

/// The lowest `count` words of a number.
pub fn limbs(number: &BigUint, count: usize) -> Vec<u64> {
    let mut words = number.to_u64_digits();
    words.resize(count.max(words.len()), 0);
    words.truncate(count);
    words
}

impl CurveCalls {
    /// Twice the generator.
    pub fn doubled(&self) -> [BigUint; 2] {
        let [p, x, y] = [self.prime, self.x, self.y].map(number);
        let a = if self.a < 0 { &p - self.a.unsigned_abs() } else { BigUint::from(self.a as u64) };
        let inverse = (&y + &y).modpow(&(&p - 2u32), &p);
        let slope = (&x * &x * 3u32 + a) * inverse % &p;
        let u = (&slope * &slope + &p + &p - &x - &x) % &p;
        let v = (&slope * (&p + &x - &u) + &p - &y) % &p;
        [u, v]
    }
}
