//! Nanoseconds per call, ours and what SP1's executor calls, on one thread, side by side.
//!
//! Each call works on its own last result, as a guest's calls do. SP1's side is without the reads
//! and writes of its memory; ours has them.

use std::hint::black_box;
use std::time::Instant;

use attestor_precompiles::{Arguments, Fault, GuestMemory, Kept, name, precompile};
use sp1_curves::edwards::ed25519::{Ed25519, decompress};
use sp1_curves::params::FieldParameters;
use sp1_curves::weierstrass::bls12_381::{Bls12381, Bls12381BaseField};
use sp1_curves::weierstrass::bn254::{Bn254, Bn254BaseField};
use sp1_curves::weierstrass::secp256k1::Secp256k1;
use sp1_curves::weierstrass::secp256r1::Secp256r1;
use sp1_curves::{AffinePoint, BigUint, EllipticCurve};

/// A small flat memory from address 0.
struct Flat([u64; 1024], Kept);

impl GuestMemory for Flat {
    fn read_words(&mut self, address: u64, words: &mut [u64]) -> Result<(), Fault> {
        let start = self.range(address, words.len())?;
        words.copy_from_slice(&self.0[start..start + words.len()]);
        Ok(())
    }

    fn write_words(&mut self, address: u64, words: &[u64]) -> Result<(), Fault> {
        let start = self.range(address, words.len())?;
        self.0[start..start + words.len()].copy_from_slice(words);
        Ok(())
    }

    fn kept(&mut self) -> &mut Kept {
        &mut self.1
    }
}

impl Flat {
    fn range(&self, address: u64, words: usize) -> Result<usize, Fault> {
        if !address.is_multiple_of(8) {
            return Err(Fault::Misaligned(address));
        }
        if address > (8 * (self.0.len() - words)) as u64 {
            return Err(Fault::OutOfRange(address));
        }
        Ok(address as usize / 8)
    }
}

const OTHER: usize = 512;
const CARRY: Arguments =
    Arguments { a0: 0, a1: 8 * OTHER as u64, a2: 16 * OTHER as u64 - 32, a3: 0, a4: 64 };

/// The best of nine batches, in nanoseconds per call.
fn time(batch: u32, mut call: impl FnMut()) -> f64 {
    let run = |call: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..batch).for_each(|_| call());
        start.elapsed().as_nanos() as f64 / f64::from(batch)
    };
    (0..9).map(|_| run(&mut call)).fold(f64::INFINITY, f64::min)
}

fn report(number: u64, first: &[u64], second: &[u64], a1: u64, sp1: Option<f64>) {
    let mut memory = Flat([0; 1024], Kept::default());
    memory.0[..first.len()].copy_from_slice(first);
    memory.0[OTHER..OTHER + second.len()].copy_from_slice(second);
    let call = precompile(number).expect("a precompile");
    let arguments = Arguments { a1, ..CARRY };
    let ours = time(2000, || call(black_box(&mut memory), black_box(&arguments)).expect("valid"));
    let name = name(number).unwrap_or_default();
    match sp1 {
        Some(sp1) => println!("{name:20} {ours:9.1} {sp1:11.1} {:7.1}", sp1 / ours),
        None => println!("{name:20} {ours:9.1}"),
    }
}

fn curve<E: EllipticCurve>(add: u64, double: Option<u64>) {
    let g = E::ec_generator();
    let start = E::ec_double(&g);
    let mut p = start.clone();
    let sp1 = time(400, || {
        let point = AffinePoint::<E>::from_words_le(&p.to_words_le());
        p = black_box(point + g.clone());
    });
    report(add, &start.to_words_le(), &g.to_words_le(), CARRY.a1, Some(sp1));
    let Some(double) = double else { return };
    let mut p = start.clone();
    let sp1 = time(400, || {
        let point = AffinePoint::<E>::from_words_le(&p.to_words_le());
        p = black_box(E::ec_double(&point));
    });
    report(double, &start.to_words_le(), &[], CARRY.a1, Some(sp1));
}

/// The six calls of a field, with SP1's product of two reduced big integers for comparison.
fn field<F: FieldParameters>(first: u64, limbs: usize) {
    let modulus = F::modulus();
    let words = [0x0123_4567_89ab_cdef; 12];
    let x: Vec<u32> = words[..limbs].iter().flat_map(|&w| [w as u32, (w >> 32) as u32]).collect();
    let mut number = BigUint::from_slice(&x);
    let y = BigUint::from_slice(&x) % &modulus;
    let sp1 = time(2000, || {
        let modulus = BigUint::from_bytes_le(F::MODULUS);
        number = (&number % &modulus) * (&y % &modulus) % &modulus;
        black_box(number.to_u64_digits());
    });
    for number in first..first + 6 {
        let shown = (number == first + 2).then_some(sp1);
        report(number, &words[..2 * limbs], &words[..2 * limbs], CARRY.a1, shown);
    }
}

fn hashes() {
    let words: Vec<u64> = (1u64..=64).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
    report(0x0030_0105, &words, &[], 0, None);
    // The schedule at 0 is a true one after the call before; here it is made anew.
    let mut memory = Flat([0; 1024], Kept::default());
    memory.0[..16].copy_from_slice(&words[..16]);
    let extend = precompile(0x0030_0105).expect("a precompile");
    extend(&mut memory, &Arguments { a1: 0, ..CARRY }).expect("valid");
    report(0x0001_0106, &memory.0[..64], &words[..8], CARRY.a1, None);
    print!("with any schedule: ");
    report(0x0001_0106, &words, &words[..8], CARRY.a1, None);
    let mut lanes: [u64; 25] = std::array::from_fn(|i| words[i]);
    let tiny = time(2000, || tiny_keccak::keccakf(black_box(&mut lanes)));
    report(0x0001_0109, &words[..25], &[], 0, Some(tiny));
    report(0x133, &words[..8], &[], 0, None);
}

fn uint256() {
    let x = [u64::MAX - 5; 4];
    let modulus = [0xbfd2_5e8c_d036_4141, 0xbaae_dce6_af48_a03b, u64::MAX - 1, u64::MAX];
    let [mut a, b, m] = [&x, &x, &modulus].map(|words| {
        BigUint::from_bytes_le(&words.iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<_>>())
    });
    let sp1 = time(2000, || a = black_box(&a * &b % &m));
    report(0x0001_011d, &x, &[x, modulus].concat(), CARRY.a1, Some(sp1));
    report(0x0001_0130, &x, &x, CARRY.a1, None);
    report(0x0001_0131, &x, &x, CARRY.a1, None);
}

fn main() {
    println!("{:20} {:>9} {:>11} {:>7}", "call", "ours, ns", "sp1-curves", "times");
    curve::<Secp256k1>(0x0001_010a, Some(0x10b));
    curve::<Secp256r1>(0x0001_012c, Some(0x12d));
    curve::<Bn254>(0x0001_010e, Some(0x10f));
    curve::<Bls12381>(0x0001_011e, Some(0x11f));
    curve::<Ed25519>(0x0001_0107, None);
    let y: Vec<u8> = Ed25519::ec_generator().y.to_bytes_le();
    let compressed = sp1_curves::curve25519_dalek::CompressedEdwardsY(y.try_into().expect("32"));
    let sp1 = time(100, || drop(black_box(decompress(&compressed))));
    let y = Ed25519::ec_generator().to_words_le();
    report(0x108, &[vec![0; 4], y[4..].to_vec()].concat(), &[], 0, Some(sp1));
    field::<Bn254BaseField>(0x0001_0126, 4);
    field::<Bls12381BaseField>(0x0001_0120, 6);
    uint256();
    hashes();
}
