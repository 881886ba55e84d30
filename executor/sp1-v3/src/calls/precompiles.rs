//! What the circuits of precompiles ask of pointers and numbers.

use num_bigint::BigUint;
use sp1_core_executor::syscalls::{SyscallCode, SyscallContext};
use sp1_curves::edwards::ed25519::Ed25519BaseField;
use sp1_curves::params::FieldParameters;
use sp1_curves::weierstrass::WeierstrassParameters;
use sp1_curves::weierstrass::bls12_381::{Bls12381BaseField, Bls12381Parameters};
use sp1_curves::weierstrass::bn254::{Bn254BaseField, Bn254Parameters};
use sp1_curves::weierstrass::secp256k1::{Secp256k1BaseField, Secp256k1Parameters};

use crate::judge::{Broken, in_memory, rule, unnamed};
use crate::numbers::{
    has_y, on_curve, on_ed25519, other_x, reduced, short_quotient, written_in_place,
};

type Check = Result<(), Broken>;

/// Words of an element of the fields of 254 to 256 bits, and of BLS12-381's.
const WORDS_256: u32 = 8;
const WORDS_384: u32 = 12;
const SHA_BLOCK: u32 = 64;
const SHA_STATE: u32 = 8;
const KECCAK_STATE: u32 = 50;

/// Check a call of a precompile before it is made. An unknown one passes none.
pub(super) fn look(
    code: SyscallCode,
    context: &mut SyscallContext<'_, '_>,
    first: u32,
    second: u32,
) -> Check {
    use SyscallCode as Code;
    let mut call = Call { context, first, second };
    match code {
        Code::SHA_EXTEND => call.alone(SHA_BLOCK),
        Code::KECCAK_PERMUTE => call.alone(KECCAK_STATE),
        Code::SHA_COMPRESS => call.sha_compress(),
        Code::ED_ADD => call.ed_add(),
        Code::ED_DECOMPRESS => call.decompress::<Ed25519BaseField>(WORDS_256),
        Code::SECP256K1_ADD => call.add::<Secp256k1Parameters>(WORDS_256),
        Code::SECP256K1_DOUBLE => call.double::<Secp256k1Parameters>(WORDS_256),
        Code::SECP256K1_DECOMPRESS => call.decompress::<Secp256k1BaseField>(WORDS_256),
        Code::BN254_ADD => call.add::<Bn254Parameters>(WORDS_256),
        Code::BN254_DOUBLE => call.double::<Bn254Parameters>(WORDS_256),
        Code::BLS12381_ADD => call.add::<Bls12381Parameters>(WORDS_384),
        Code::BLS12381_DOUBLE => call.double::<Bls12381Parameters>(WORDS_384),
        Code::BLS12381_DECOMPRESS => call.decompress::<Bls12381BaseField>(WORDS_384),
        Code::UINT256_MUL => call.uint256_mul(),
        Code::BN254_FP_ADD | Code::BN254_FP_SUB | Code::BN254_FP_MUL => {
            call.numbers::<Bn254BaseField>(WORDS_256, 1).map(drop)
        }
        Code::BLS12381_FP_ADD | Code::BLS12381_FP_SUB | Code::BLS12381_FP_MUL => {
            call.numbers::<Bls12381BaseField>(WORDS_384, 1).map(drop)
        }
        Code::BN254_FP2_ADD => call.quadratic::<Bn254BaseField>(WORDS_256, sum),
        Code::BN254_FP2_SUB => call.quadratic::<Bn254BaseField>(WORDS_256, difference),
        Code::BN254_FP2_MUL => call.quadratic::<Bn254BaseField>(WORDS_256, product),
        Code::BLS12381_FP2_ADD => call.quadratic::<Bls12381BaseField>(WORDS_384, sum),
        Code::BLS12381_FP2_SUB => call.quadratic::<Bls12381BaseField>(WORDS_384, difference),
        Code::BLS12381_FP2_MUL => call.quadratic::<Bls12381BaseField>(WORDS_384, product),
        _ => Err(unnamed("this call is not known here")),
    }
}

/// A call, with what its two argument registers hold.
struct Call<'a, 'b, 'c> {
    context: &'a mut SyscallContext<'b, 'c>,
    first: u32,
    second: u32,
}

impl Call<'_, '_, '_> {
    /// A call with one pointer, to so many words.
    fn alone(&self, words: u32) -> Check {
        in_memory(self.first, words)?;
        match self.second {
            0 => Ok(()),
            _ => Err(rule("second_argument", "the second argument is not 0")),
        }
    }

    /// Where the two overlap, the executor itself stops: memory is read once at a time.
    fn sha_compress(&self) -> Check {
        in_memory(self.first, SHA_BLOCK)?;
        in_memory(self.second, SHA_STATE)
    }

    fn add<E: WeierstrassParameters>(&mut self, words: u32) -> Check {
        let (p, q) = self.points(words)?;
        on_curve::<E>(&p[0], &p[1])?;
        on_curve::<E>(&q[0], &q[1])?;
        other_x(&p[0], &q[0])
    }

    fn double<E: WeierstrassParameters>(&mut self, words: u32) -> Check {
        self.alone(2 * words)?;
        let point = self.read(self.first, words, 2);
        on_curve::<E>(&point[0], &point[1])?;
        has_y(&point[1])
    }

    fn ed_add(&mut self) -> Check {
        let (p, q) = self.points(WORDS_256)?;
        on_ed25519(&p[0], &p[1])?;
        on_ed25519(&q[0], &q[1])
    }

    /// The coordinate that is given is the second half, and the other one is written before it.
    fn decompress<F: FieldParameters>(&mut self, words: u32) -> Check {
        in_memory(self.first, 2 * words)?;
        let given = self.read(self.first, words, 2);
        reduced::<F>(&[&given[1]])
    }

    fn uint256_mul(&mut self) -> Check {
        in_memory(self.first, WORDS_256)?;
        in_memory(self.second, 2 * WORDS_256)?;
        let x = self.read(self.first, WORDS_256, 1);
        let y = self.read(self.second, WORDS_256, 2);
        short_quotient(&x[0], &y[0], &y[1])
    }

    fn quadratic<F: FieldParameters>(
        &mut self,
        words: u32,
        operation: fn(&[BigUint], &[BigUint], &BigUint) -> [BigUint; 2],
    ) -> Check {
        let (x, y) = self.numbers::<F>(words, 2)?;
        let [first, second] = operation(&x, &y, &F::modulus());
        written_in_place(&first, &second, words as usize)
    }

    /// Two operands of so many elements each, all reduced.
    fn numbers<F: FieldParameters>(
        &mut self,
        words: u32,
        count: u32,
    ) -> Result<(Vec<BigUint>, Vec<BigUint>), Broken> {
        in_memory(self.first, count * words)?;
        in_memory(self.second, count * words)?;
        let x = self.read(self.first, words, count);
        let y = self.read(self.second, words, count);
        reduced::<F>(&x.iter().chain(&y).collect::<Vec<_>>())?;
        Ok((x, y))
    }

    fn points(&mut self, words: u32) -> Result<(Vec<BigUint>, Vec<BigUint>), Broken> {
        in_memory(self.first, 2 * words)?;
        in_memory(self.second, 2 * words)?;
        Ok((self.read(self.first, words, 2), self.read(self.second, words, 2)))
    }

    /// So many numbers of so many words each, in memory one behind the other. Touches nothing.
    fn read(&mut self, address: u32, words: u32, count: u32) -> Vec<BigUint> {
        let bytes = 4 * words;
        (0..count)
            .map(|index| self.context.slice_unsafe(address + index * bytes, words as usize))
            .map(BigUint::new)
            .collect()
    }
}

fn sum(x: &[BigUint], y: &[BigUint], prime: &BigUint) -> [BigUint; 2] {
    [0, 1].map(|half| (&x[half] + &y[half]) % prime)
}

fn difference(x: &[BigUint], y: &[BigUint], prime: &BigUint) -> [BigUint; 2] {
    [0, 1].map(|half| (&x[half] + prime - &y[half]) % prime)
}

/// In the field's extension by a root of -1.
fn product(x: &[BigUint], y: &[BigUint], prime: &BigUint) -> [BigUint; 2] {
    let real = (&x[0] * &y[0] + prime * prime - &x[1] * &y[1]) % prime;
    [real, (&x[0] * &y[1] + &x[1] * &y[0]) % prime]
}
