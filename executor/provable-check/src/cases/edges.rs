//! What two rules or two arguments have to do with each other: operands that overlap in part, memory
//! that is touched in an unusual way, and registers that a call does not look at.

use attestor_engine_check::operation::{LB, LD, LW, SB};

use super::collection::Cases;
use crate::program::{
    Builder, COMMIT_DEFERRED_PROOFS, DATA, HEAP, HINT_LEN, HINT_READ, T1, T2, WRITE,
};

const KECCAK_PERMUTE: u64 = 0x1_0109;
const KECCAK_WORDS: u64 = 25;
/// Of fields and integers, where zeros are operands like others.
const PAIRS: [(&str, u64, u64); 14] = [
    ("sha_compress", 0x1_0106, 64),
    ("uint256_mul", 0x1_011d, 4),
    ("bls12381_fp_add", 0x1_0120, 6),
    ("bls12381_fp_sub", 0x1_0121, 6),
    ("bls12381_fp_mul", 0x1_0122, 6),
    ("bls12381_fp2_add", 0x1_0123, 12),
    ("bls12381_fp2_sub", 0x1_0124, 12),
    ("bls12381_fp2_mul", 0x1_0125, 12),
    ("bn254_fp_add", 0x1_0126, 4),
    ("bn254_fp_sub", 0x1_0127, 4),
    ("bn254_fp_mul", 0x1_0128, 4),
    ("bn254_fp2_add", 0x1_0129, 8),
    ("bn254_fp2_sub", 0x1_012a, 8),
    ("bn254_fp2_mul", 0x1_012b, 8),
];
const CARRIES: [(&str, u64); 2] =
    [("uint256_add_carry", 0x1_0130), ("uint256_mul_carry", 0x1_0131)];

pub(super) fn add(cases: &mut Cases) {
    overlaps(cases);
    touches(cases);
    unread_registers(cases);
}

/// Small numbers in every third word, which are below each prime wherever a number starts.
fn fill(builder: &mut Builder) {
    let words: Vec<u64> = (1..=100).map(|word| if word % 3 == 0 { word } else { 0 }).collect();
    builder.put(0x80, &words);
}

fn overlaps(cases: &mut Cases) {
    let middle = DATA + 0x200;
    for (name, number, words) in PAIRS {
        let all = [0, 8, 8 * (words - 1), 8 * words];
        for (distance, below) in all.into_iter().flat_map(|by| [(by, false), (by, true)]) {
            let second = if below { middle - distance } else { middle + distance };
            let place = if below { "below" } else { "above" };
            cases.add(&format!("{name}_second_{distance}_{place}"), "", |builder| {
                fill(builder);
                builder.call(number, &[middle, second]);
                builder.load_word(middle);
            });
        }
    }
    for (name, number) in CARRIES {
        for (index, places) in [
            [0, 0, 0, 0x100, 0x140],
            [0, 0x40, 0x80, 0, 0x40],
            [0, 0x40, 0x80, 0x100, 0x100],
            [0, 0x40, 0x80, 0x100, 0x108],
            [0, 8, 16, 24, 32],
            [0, 0x40, 0x80, 0x78, 0x88],
            [0, 0, 0, 0, 0],
            [0, 0x18, 0x30, 0x108, 0x100],
        ]
        .into_iter()
        .enumerate()
        {
            cases.add(&format!("{name}_overlapping_{index}"), "", |builder| {
                fill(builder);
                builder.call(number, &places.map(|place| middle + place));
                builder.load_word(middle);
            });
        }
    }
}

/// How the words of a precompile's memory got to be known, or did not.
fn touches(cases: &mut Cases) {
    const ONLY: &str = "precompile_only";
    let each = |touch: fn(&mut Builder, u64)| {
        move |builder: &mut Builder| {
            (0..KECCAK_WORDS).for_each(|word| touch(builder, HEAP + 8 * word));
        }
    };
    let to_x0 = |builder: &mut Builder, address| {
        builder.code.constant(T1, address);
        builder.code.immediate(LD, 0, T1, 0);
    };
    let by_byte = |builder: &mut Builder, address: u64| builder.load(LB, address + 7);
    let by_word = |builder: &mut Builder, address: u64| builder.load(LW, address + 4);
    let store_byte = |builder: &mut Builder, address: u64| {
        builder.code.constant(T1, address + 3);
        builder.code.store(SB, T2, T1, 0);
    };
    type Touch = fn(&mut Builder, u64);
    let ways: [(&str, Touch); 4] = [
        ("loaded_to_x0", to_x0),
        ("loaded_by_byte", by_byte),
        ("loaded_by_word", by_word),
        ("byte_stored", store_byte),
    ];
    for (name, touch) in ways {
        for first in [true, false] {
            let when = if first { "before" } else { "behind" };
            cases.add(&format!("keccak_{name}_{when}"), "", |builder| {
                if first {
                    each(touch)(builder);
                }
                builder.call(KECCAK_PERMUTE, &[HEAP, 0]);
                if !first {
                    each(touch)(builder);
                }
            });
        }
    }
    cases.add("keccak_touched_in_unconstrained", ONLY, |builder| {
        builder.unconstrained(|builder| each(by_byte)(builder));
        builder.call(KECCAK_PERMUTE, &[HEAP, 0]);
    });
    cases.add("keccak_written_by_write", ONLY, |builder| {
        builder.call(WRITE, &[1, HEAP, 200]);
        builder.call(KECCAK_PERMUTE, &[HEAP, 0]);
    });
    for (name, length, refusal) in [("of_all", 200, ""), ("of_all_but_its_tail", 192, ONLY)] {
        cases.add(&format!("keccak_hint_{name}"), refusal, |builder| {
            builder.stdin = vec![vec![7; length as usize]];
            builder.call(HINT_READ, &[HEAP, length]);
            builder.call(KECCAK_PERMUTE, &[HEAP, 0]);
        });
    }
    cases.add("hint_behind_a_precompile", "hint_over_memory", |builder| {
        builder.stdin = vec![vec![7; 5]];
        builder.call(KECCAK_PERMUTE, &[HEAP, 0]);
        builder.call(HINT_READ, &[HEAP + 192, 5]);
    });
    cases.add("hint_tail_into_a_precompile", "hint_tail", |builder| {
        builder.stdin = vec![vec![7; 8]];
        each(by_byte)(builder);
        builder.call(KECCAK_PERMUTE, &[HEAP, 0]);
        builder.call(HINT_READ, &[HEAP - 8, 8]);
    });
    cases.add("hint_where_a_block_was", "", |builder| {
        builder.stdin = vec![vec![7; 16]];
        builder.unconstrained(|builder| {
            builder.store_word(HEAP, 5);
            builder.store_word(HEAP + 16, 5);
        });
        builder.call(HINT_READ, &[HEAP, 16]);
        builder.load_word(HEAP + 16);
    });
    cases.add("keccak_at_the_end_loaded", "", |builder| {
        builder.call(KECCAK_PERMUTE, &[(1 << 40) - 200, 0]);
        (1..=KECCAK_WORDS).for_each(|word| builder.load_word((1 << 40) - 8 * word));
    });
    cases.add("hint_of_64_kib", "", |builder| {
        builder.stdin = vec![vec![7; (1 << 16) + 1]];
        builder.call(HINT_READ, &[HEAP + 0x8000, (1 << 16) + 1]);
    });
}

/// Calls with registers that they do not look at: all bits set.
fn unread_registers(cases: &mut Cases) {
    const ALL: u64 = u64::MAX;
    cases.add("hint_len_with_arguments", "", |builder| builder.call(HINT_LEN, &[ALL; 5]));
    cases.add("deferred_with_a_third", "", |builder| {
        builder.call(COMMIT_DEFERRED_PROOFS, &[3, 0, ALL, ALL]);
    });
    cases.add("keccak_with_a_third", "", |builder| {
        builder.call(KECCAK_PERMUTE, &[DATA + 0x100, 0, ALL, ALL]);
    });
    cases.add("hint_with_a_third", "", |builder| {
        builder.stdin = vec![vec![7; 5]];
        builder.call(HINT_READ, &[HEAP, 5, ALL]);
    });
    for (name, arguments) in [
        ("of_nothing_at_the_end", [1, ALL, 0]),
        ("of_nothing_anywhere", [ALL, 1 << 47, 0]),
        ("that_wraps", [13, ALL - 7, 4]),
        ("of_public_values_high", [1 << 48 | 77, DATA, 8]),
    ] {
        cases.add(&format!("write_{name}"), "", |builder| builder.call(WRITE, &arguments));
    }
    cases.add("enter_with_arguments", "", |builder| {
        (10..15).for_each(|register| builder.code.constant(register, ALL));
        builder.unconstrained(|_| ());
    });
}
