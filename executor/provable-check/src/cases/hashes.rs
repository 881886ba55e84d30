//! SHA-256's words, and POSEIDON2's field elements.

use super::collection::Cases;
use crate::program::DATA;

const W: u64 = DATA + 0x100;
const H: u64 = DATA + 0x400;
const SHA_EXTEND: u64 = 0x30_0105;
const SHA_COMPRESS: u64 = 0x1_0106;
const POSEIDON2: u64 = 0x133;
const WIDE: u64 = 1 << 32;
const PRIME: u64 = 0x7f00_0001;

pub(super) fn add(cases: &mut Cases) {
    let words: Vec<u64> = (0..64).map(|index: u64| index * 0x0123_4567 % WIDE).collect();
    for (name, wide, refusal) in [
        ("", None, ""),
        ("_wide_w0", Some(0), "wide_word"),
        ("_wide_w15", Some(15), "wide_word"),
        ("_wide_w16", Some(16), ""),
        ("_wide_w63", Some(63), ""),
    ] {
        let mut w = words.clone();
        wide.into_iter().for_each(|index: usize| w[index] |= WIDE);
        cases.add(&format!("sha_extend{name}"), refusal, |builder| {
            builder.put(0x100, &w);
            builder.call(SHA_EXTEND, &[W, 0]);
        });
    }
    for (name, wide, refusal) in [
        ("", None, ""),
        ("_wide_w0", Some(0), "wide_word"),
        ("_wide_w63", Some(63), "wide_word"),
        ("_wide_h0", Some(64), "wide_word"),
        ("_wide_h7", Some(71), "wide_word"),
    ] {
        let mut all = [&words[..], &words[5..13]].concat();
        wide.into_iter().for_each(|index: usize| all[index] |= WIDE << 31);
        cases.add(&format!("sha_compress{name}"), refusal, |builder| {
            builder.put(0x100, &all[..64]);
            builder.put(0x400, &all[64..]);
            builder.call(SHA_COMPRESS, &[W, H]);
        });
    }
    cases.add("sha_compress_in_place", "", |builder| {
        builder.put(0x100, &words);
        builder.call(SHA_COMPRESS, &[W, W + 0x20]);
    });
    let largest = (PRIME - 1) << 32 | (PRIME - 1);
    for (name, word, refusal) in [
        ("zero", 0, ""),
        ("largest", largest, ""),
        ("prime", PRIME, "unreduced"),
        ("prime_above", PRIME << 32, "unreduced"),
        ("ones", u64::MAX, "unreduced"),
    ] {
        for place in [0, 7] {
            cases.add(&format!("poseidon2_{name}_{place}"), refusal, |builder| {
                builder.put(0x100 + 8 * place, &[word]);
                builder.call(POSEIDON2, &[W, 0]);
            });
        }
    }
}
