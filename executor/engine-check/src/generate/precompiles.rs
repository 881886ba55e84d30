//! Calls of precompiles. Numbers: sp1-core-executor 6.10.0, src/syscall_code.rs.

use super::data::{BYTES, FIRST_POINT};
use super::generator::Generator;
use super::kind::Kind;
use super::operands::{
    BLS12381, BLS12381_FP, BLS12381_FP2, BN254, BN254_FP, BN254_FP2, ED25519, Operands, POSEIDON2,
    SECP256K1, SECP256R1, SHA256, UINT256,
};
use crate::elf::DATA;

const SHA_EXTEND: u64 = 0x30_0105;
const SHA_COMPRESS: u64 = 0x01_0106;
const UINT256_MUL: u64 = 0x01_011d;
/// Percent of the calls with random operands, of which few have a proof: usual, and hostile.
const ANY_PERCENT: (u64, u64) = (2, 10);
const POSEIDON2_NUMBER: u64 = 0x00_0133;

/// A precompile, what its second argument is, and where operands are that it takes.
#[derive(Clone, Copy)]
struct Precompile {
    number: u64,
    second: Second,
    /// None: it takes any.
    operands: Option<Operands>,
}

#[derive(Clone, Copy)]
enum Second {
    Zero,
    Pointer,
    /// 0 or 1.
    Sign,
    /// Three more pointers follow.
    Carry,
}

impl Precompile {
    /// Its operands differ in length.
    const fn has_fixed_places(&self) -> bool {
        matches!(self.number, SHA_EXTEND | SHA_COMPRESS | UINT256_MUL)
    }
}

const fn takes(number: u64, second: Second, operands: Operands) -> Precompile {
    Precompile { number, second, operands: Some(operands) }
}

const fn takes_any(number: u64, second: Second) -> Precompile {
    Precompile { number, second, operands: None }
}

const PRECOMPILES: [Precompile; 29] = [
    takes(SHA_EXTEND, Second::Zero, SHA256),
    takes(SHA_COMPRESS, Second::Pointer, SHA256),
    takes_any(0x01_0109, Second::Zero),           // KECCAK_PERMUTE
    takes(0x01_0107, Second::Pointer, ED25519),   // ED_ADD
    takes(0x00_0108, Second::Sign, ED25519),      // ED_DECOMPRESS
    takes(0x01_010a, Second::Pointer, SECP256K1), // SECP256K1_ADD
    takes(0x00_010b, Second::Zero, SECP256K1),    // SECP256K1_DOUBLE
    takes(0x01_012c, Second::Pointer, SECP256R1), // SECP256R1_ADD
    takes(0x00_012d, Second::Zero, SECP256R1),    // SECP256R1_DOUBLE
    takes(0x01_010e, Second::Pointer, BN254),     // BN254_ADD
    takes(0x00_010f, Second::Zero, BN254),        // BN254_DOUBLE
    takes(0x01_011e, Second::Pointer, BLS12381),  // BLS12381_ADD
    takes(0x00_011f, Second::Zero, BLS12381),     // BLS12381_DOUBLE
    takes(0x01_0120, Second::Pointer, BLS12381_FP), // BLS12381_FP_ADD
    takes(0x01_0121, Second::Pointer, BLS12381_FP), // BLS12381_FP_SUB
    takes(0x01_0122, Second::Pointer, BLS12381_FP), // BLS12381_FP_MUL
    takes(0x01_0123, Second::Pointer, BLS12381_FP2), // BLS12381_FP2_ADD
    takes(0x01_0124, Second::Pointer, BLS12381_FP2), // BLS12381_FP2_SUB
    takes(0x01_0125, Second::Pointer, BLS12381_FP2), // BLS12381_FP2_MUL
    takes(0x01_0126, Second::Pointer, BN254_FP),  // BN254_FP_ADD
    takes(0x01_0127, Second::Pointer, BN254_FP),  // BN254_FP_SUB
    takes(0x01_0128, Second::Pointer, BN254_FP),  // BN254_FP_MUL
    takes(0x01_0129, Second::Pointer, BN254_FP2), // BN254_FP2_ADD
    takes(0x01_012a, Second::Pointer, BN254_FP2), // BN254_FP2_SUB
    takes(0x01_012b, Second::Pointer, BN254_FP2), // BN254_FP2_MUL
    takes(UINT256_MUL, Second::Pointer, UINT256),
    takes_any(0x01_0130, Second::Carry), // UINT256_ADD_CARRY
    takes_any(0x01_0131, Second::Carry), // UINT256_MUL_CARRY
    takes(POSEIDON2_NUMBER, Second::Zero, POSEIDON2),
];

impl Generator {
    pub(super) fn precompile(&mut self) {
        let precompile = self.random.pick(&PRECOMPILES);
        let [first, second] = self.two_pointers(&precompile);
        let arguments = match precompile.second {
            Second::Zero if self.kind == Kind::Hostile && self.random.chance(5) => vec![first, 1],
            Second::Zero => vec![first, 0],
            Second::Pointer => vec![first, second],
            Second::Sign => vec![first, self.random.below(2)],
            Second::Carry => {
                vec![first, second, self.pointer(), self.pointer(), self.pointer()]
            }
        };
        self.system_call(precompile.number, &arguments);
    }

    /// To operands that it takes; now and then to anything.
    fn two_pointers(&mut self, precompile: &Precompile) -> [u64; 2] {
        let any = if self.kind == Kind::Hostile { ANY_PERCENT.1 } else { ANY_PERCENT.0 };
        match precompile.operands {
            Some(operands) if !self.random.chance(any) => {
                if precompile.has_fixed_places() {
                    operands.first_two()
                } else {
                    operands.pick_two(&mut self.random)
                }
            }
            _ => {
                let [first, second] = [self.pointer(), self.pointer()];
                // SP1 6.10.0 crashes on an operand of POSEIDON2 that wraps.
                let crashes = precompile.number == POSEIDON2_NUMBER;
                let crashes = crashes && first.checked_add(64).is_none();
                [if crashes { DATA } else { first }, second]
            }
        }
    }

    /// To words of the data, at times of an operand that another one overlaps.
    fn pointer(&mut self) -> u64 {
        if self.kind == Kind::Hostile && self.random.below(40) == 0 {
            return self.random.word();
        }
        let words = BYTES as u64 / 8 - 64;
        let any = self.random.below(words);
        let point = FIRST_POINT as u64 + 16 * self.random.below(3);
        DATA + 8 * self.random.pick(&[any, point, point, point + 4])
    }
}
