//! The syscall numbers of SP1 v6.

use crate::arguments::Precompile;
use crate::{bls12_381, bn254, edwards, keccak, poseidon2, secp256k1, secp256r1, sha, uint256};

/// The precompile with this number; after it t0 holds the number. None: a number that no precompile
/// has which a proof can cover. SP1 looks only at the lower 32 bits of the number.
pub fn precompile(number: u64) -> Option<Precompile> {
    Some(precompiles(number as u32)?.1)
}

/// SP1's name of the call, also of one that is no precompile or that no proof can cover.
pub fn name(number: u64) -> Option<&'static str> {
    let number = number as u32;
    precompiles(number).map(|(name, _)| name).or_else(|| other(number))
}

fn precompiles(number: u32) -> Option<(&'static str, Precompile)> {
    Some(match number {
        0x0030_0105 => ("SHA_EXTEND", sha::extend),
        0x0001_0106 => ("SHA_COMPRESS", sha::compress),
        0x0001_0107 => ("ED_ADD", edwards::add),
        0x0000_0108 => ("ED_DECOMPRESS", edwards::decompress),
        0x0001_0109 => ("KECCAK_PERMUTE", keccak::permute),
        0x0001_010a => ("SECP256K1_ADD", secp256k1::add),
        0x0000_010b => ("SECP256K1_DOUBLE", secp256k1::double),
        0x0001_010e => ("BN254_ADD", bn254::add),
        0x0000_010f => ("BN254_DOUBLE", bn254::double),
        0x0001_011d => ("UINT256_MUL", uint256::multiply),
        0x0001_011e => ("BLS12381_ADD", bls12_381::add),
        0x0000_011f => ("BLS12381_DOUBLE", bls12_381::double),
        0x0001_0120 => ("BLS12381_FP_ADD", bls12_381::fp_add),
        0x0001_0121 => ("BLS12381_FP_SUB", bls12_381::fp_subtract),
        0x0001_0122 => ("BLS12381_FP_MUL", bls12_381::fp_multiply),
        0x0001_0123 => ("BLS12381_FP2_ADD", bls12_381::fp2_add),
        0x0001_0124 => ("BLS12381_FP2_SUB", bls12_381::fp2_subtract),
        0x0001_0125 => ("BLS12381_FP2_MUL", bls12_381::fp2_multiply),
        0x0001_0126 => ("BN254_FP_ADD", bn254::fp_add),
        0x0001_0127 => ("BN254_FP_SUB", bn254::fp_subtract),
        0x0001_0128 => ("BN254_FP_MUL", bn254::fp_multiply),
        0x0001_0129 => ("BN254_FP2_ADD", bn254::fp2_add),
        0x0001_012a => ("BN254_FP2_SUB", bn254::fp2_subtract),
        0x0001_012b => ("BN254_FP2_MUL", bn254::fp2_multiply),
        0x0001_012c => ("SECP256R1_ADD", secp256r1::add),
        0x0000_012d => ("SECP256R1_DOUBLE", secp256r1::double),
        0x0001_0130 => ("UINT256_ADD_CARRY", uint256::add_carry),
        0x0001_0131 => ("UINT256_MUL_CARRY", uint256::multiply_carry),
        0x0000_0133 => ("POSEIDON2", poseidon2::permute),
        _ => return None,
    })
}

/// Calls of the engine's own, calls of the profiler, and calls without a circuit.
fn other(number: u32) -> Option<&'static str> {
    Some(match number {
        0x0000_0000 => "HALT",
        0x0000_0002 => "WRITE",
        0x0000_0003 => "ENTER_UNCONSTRAINED",
        0x0000_0004 => "EXIT_UNCONSTRAINED",
        0x0000_0010 => "COMMIT",
        0x0000_001a => "COMMIT_DEFERRED_PROOFS",
        0x0000_001b => "VERIFY_SP1_PROOF",
        0x0000_0035 => "HINT_MPROTECT_FLUSH",
        0x0000_0040 => "DUMP_ELF",
        0x0000_0041 => "INSERT_PROFILER_SYMBOLS",
        0x0000_0042 => "DELETE_PROFILER_SYMBOLS",
        0x0000_00f0 => "HINT_LEN",
        0x0000_00f1 => "HINT_READ",
        0x0000_010c => "SECP256K1_DECOMPRESS",
        0x0000_011c => "BLS12381_DECOMPRESS",
        0x0000_012e => "SECP256R1_DECOMPRESS",
        0x0001_012f => "U256XU2048_MUL",
        0x0000_0132 => "MPROTECT",
        0x0000_0134 => "SIG_RETURN",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
