//! Every pointer of every precompile.

use super::collection::Cases;
use crate::program::{DATA, HEAP};

/// Name, number, and how many of a0 to a4 are pointers.
const CALLS: [(&str, u64, usize); 29] = [
    ("sha_extend", 0x30_0105, 1),
    ("sha_compress", 0x1_0106, 2),
    ("ed_add", 0x1_0107, 2),
    ("ed_decompress", 0x108, 1),
    ("keccak", 0x1_0109, 1),
    ("secp256k1_add", 0x1_010a, 2),
    ("secp256k1_double", 0x10b, 1),
    ("bn254_add", 0x1_010e, 2),
    ("bn254_double", 0x10f, 1),
    ("uint256_mul", 0x1_011d, 2),
    ("bls12381_add", 0x1_011e, 2),
    ("bls12381_double", 0x11f, 1),
    ("bls12381_fp_add", 0x1_0120, 2),
    ("bls12381_fp_sub", 0x1_0121, 2),
    ("bls12381_fp_mul", 0x1_0122, 2),
    ("bls12381_fp2_add", 0x1_0123, 2),
    ("bls12381_fp2_sub", 0x1_0124, 2),
    ("bls12381_fp2_mul", 0x1_0125, 2),
    ("bn254_fp_add", 0x1_0126, 2),
    ("bn254_fp_sub", 0x1_0127, 2),
    ("bn254_fp_mul", 0x1_0128, 2),
    ("bn254_fp2_add", 0x1_0129, 2),
    ("bn254_fp2_sub", 0x1_012a, 2),
    ("bn254_fp2_mul", 0x1_012b, 2),
    ("secp256r1_add", 0x1_012c, 2),
    ("secp256r1_double", 0x12d, 1),
    ("uint256_add_carry", 0x1_0130, 5),
    ("uint256_mul_carry", 0x1_0131, 5),
    ("poseidon2", 0x133, 1),
];
/// Those whose second argument is no pointer and must be 0, and what refuses another one.
const NO_SECOND: [(&str, &str); 7] = [
    ("sha_extend", "fault"),
    ("keccak", "fault"),
    ("secp256k1_double", "second_argument"),
    ("bn254_double", "second_argument"),
    ("bls12381_double", "second_argument"),
    ("secp256r1_double", "second_argument"),
    ("poseidon2", "second_argument"),
];

pub(super) fn add(cases: &mut Cases) {
    for (name, number, pointers) in CALLS {
        for bad in 0..pointers {
            for (place, address, refusal) in [
                ("low", 0x8000, "low_pointer"),
                ("at_8", 8, "low_pointer"),
                ("at_fff8", 0xfff8, "low_pointer"),
                ("crossing_2_16", 0xff80, "low_pointer"),
                ("at_2_40", 1 << 40, "fault"),
                ("misaligned", DATA + 4, "fault"),
            ] {
                let mut arguments: Vec<u64> =
                    (0..5).map(|index| DATA + 0x100 * (index + 1)).collect();
                if pointers == 1 {
                    arguments[1] = 0;
                }
                arguments[bad] = address;
                let name = format!("{name}_{}_{place}", ["a", "b", "c", "d", "e"][bad]);
                cases.add(&name, refusal, |builder| builder.call(number, &arguments));
            }
        }
    }
    for (name, refusal) in NO_SECOND {
        let (_, number, _) = CALLS.into_iter().find(|call| call.0 == name).expect("a call");
        for second in [1, 8, 1 << 48] {
            cases.add(&format!("{name}_second_{second:x}"), refusal, |builder| {
                builder.call(number, &[DATA + 0x100, second]);
            });
        }
    }
    // Just behind: as memory that nothing else accesses, it must be accessed by a load too.
    cases.add("keccak_at_10000", "", |builder| {
        builder.call(0x1_0109, &[1 << 16, 0]);
        (0..25).for_each(|word| builder.load_word((1 << 16) + 8 * word));
    });
    cases.add("fp_add_at_10000", "", |builder| {
        builder.call(0x1_0126, &[1 << 16, HEAP]);
        for start in [1 << 16, HEAP] {
            (0..4).for_each(|word| builder.load_word(start + 8 * word));
        }
    });
}
