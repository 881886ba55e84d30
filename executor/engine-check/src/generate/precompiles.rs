//! Calls of precompiles. Numbers: sp1-core-executor 6.10.0, src/syscall_code.rs.

use super::data::{BYTES, FIRST_POINT};
use super::generator::Generator;
use super::kind::Kind;
use crate::elf::DATA;

const POSEIDON2: u64 = 0x00_0133;

/// A precompile, and what its second argument is.
#[derive(Clone, Copy)]
struct Precompile {
    number: u64,
    second: Second,
}

#[derive(Clone, Copy)]
enum Second {
    Zero,
    Pointer,
    /// Three more pointers follow.
    Carry,
}

const fn takes(number: u64, second: Second) -> Precompile {
    Precompile { number, second }
}

const PRECOMPILES: [Precompile; 29] = [
    takes(0x30_0105, Second::Zero),    // SHA_EXTEND
    takes(0x01_0106, Second::Pointer), // SHA_COMPRESS
    takes(0x01_0109, Second::Zero),    // KECCAK_PERMUTE
    takes(0x01_0107, Second::Pointer), // ED_ADD
    takes(0x00_0108, Second::Pointer), // ED_DECOMPRESS
    takes(0x01_010a, Second::Pointer), // SECP256K1_ADD
    takes(0x00_010b, Second::Zero),    // SECP256K1_DOUBLE
    takes(0x01_012c, Second::Pointer), // SECP256R1_ADD
    takes(0x00_012d, Second::Zero),    // SECP256R1_DOUBLE
    takes(0x01_010e, Second::Pointer), // BN254_ADD
    takes(0x00_010f, Second::Zero),    // BN254_DOUBLE
    takes(0x01_011e, Second::Pointer), // BLS12381_ADD
    takes(0x00_011f, Second::Zero),    // BLS12381_DOUBLE
    takes(0x01_0120, Second::Pointer), // BLS12381_FP_ADD
    takes(0x01_0121, Second::Pointer), // BLS12381_FP_SUB
    takes(0x01_0122, Second::Pointer), // BLS12381_FP_MUL
    takes(0x01_0123, Second::Pointer), // BLS12381_FP2_ADD
    takes(0x01_0124, Second::Pointer), // BLS12381_FP2_SUB
    takes(0x01_0125, Second::Pointer), // BLS12381_FP2_MUL
    takes(0x01_0126, Second::Pointer), // BN254_FP_ADD
    takes(0x01_0127, Second::Pointer), // BN254_FP_SUB
    takes(0x01_0128, Second::Pointer), // BN254_FP_MUL
    takes(0x01_0129, Second::Pointer), // BN254_FP2_ADD
    takes(0x01_012a, Second::Pointer), // BN254_FP2_SUB
    takes(0x01_012b, Second::Pointer), // BN254_FP2_MUL
    takes(0x01_011d, Second::Pointer), // UINT256_MUL
    takes(0x01_0130, Second::Carry),   // UINT256_ADD_CARRY
    takes(0x01_0131, Second::Carry),   // UINT256_MUL_CARRY
    takes(POSEIDON2, Second::Zero),
];

impl Generator {
    pub(super) fn precompile(&mut self) {
        let precompile = self.random.pick(&PRECOMPILES);
        let first = self.pointer();
        // SP1 6.10.0 crashes on an operand of POSEIDON2 that wraps.
        let crashes = precompile.number == POSEIDON2 && first.checked_add(64).is_none();
        let first = if crashes { DATA } else { first };
        let arguments = match precompile.second {
            Second::Zero if self.kind == Kind::Hostile && self.random.chance(5) => vec![first, 1],
            Second::Zero => vec![first, 0],
            Second::Pointer => vec![first, self.pointer()],
            Second::Carry => {
                vec![first, self.pointer(), self.pointer(), self.pointer(), self.pointer()]
            }
        };
        self.system_call(precompile.number, &arguments);
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
