//! COMMIT, COMMIT_DEFERRED_PROOFS and HALT; WRITE, which no proof covers.

use super::collection::Cases;
use crate::program::{
    Builder, COMMIT, COMMIT_DEFERRED_PROOFS, DATA, HALT, HEAP, HINT_LEN, HINT_READ, WRITE,
};

const PRIME: u64 = 0x7f00_0001;

pub(super) fn add(cases: &mut Cases) {
    let word = |index| Builder::default().digest_word(index);
    for (name, index, value, refusal) in [
        ("commit_wrong_then_right", 0, 12345, "commit_conflict"),
        ("commit_zero_then_right", 7, 0, "commit_conflict"),
        ("commit_right_twice", 3, word(3), ""),
        ("commit_index_8", 8, 0, "fault"),
        ("commit_index_2_32", 1 << 32, word(0), "fault"),
        ("commit_word_2_32", 0, 1 << 32, "fault"),
    ] {
        cases.add(name, refusal, |builder| builder.call(COMMIT, &[index, value]));
    }
    cases.whole("commit_right_then_wrong", "commit_conflict", |builder| {
        builder.commit();
        builder.call(COMMIT, &[0, 12345]);
        builder.commit_deferred();
        builder.call(HALT, &[0]);
    });
    cases.whole("commit_backwards", "", |builder| {
        (0..8).rev().for_each(|index| builder.call(COMMIT, &[index as u64, word(index)]));
        builder.commit_deferred();
        builder.call(HALT, &[0]);
    });
    cases.whole("commit_of_other_values", "digest", |builder| {
        (0..8).for_each(|index| builder.call(COMMIT, &[index, 5]));
        builder.commit_deferred();
        builder.call(HALT, &[0]);
    });
    cases.whole("no_commit", "digest", |builder| {
        builder.commit_deferred();
        builder.call(HALT, &[0]);
    });
    deferred(cases);
    halts(cases);
    writes(cases);
}

fn deferred(cases: &mut Cases) {
    for (name, index, value, refusal) in [
        ("deferred_index_7", 7, 0, ""),
        ("deferred_index_8", 8, 0, "deferred_index"),
        ("deferred_index_9", 9, 0, "deferred_index"),
        ("deferred_index_2_16", 1 << 16, 0, "deferred_index"),
        ("deferred_index_2_32", 1 << 32, 0, "deferred_index"),
        ("deferred_index_minus_1", u64::MAX, 0, "deferred_index"),
        ("deferred_word_1", 0, 1, "unsupported"),
        ("deferred_word_prime", 0, PRIME, "unsupported"),
        ("deferred_word_2_32", 0, 1 << 32, "unsupported"),
    ] {
        cases.add(name, refusal, |builder| builder.call(COMMIT_DEFERRED_PROOFS, &[index, value]));
    }
    cases.whole("no_deferred", "deferred_missing", |builder| {
        builder.commit();
        builder.call(HALT, &[0]);
    });
    cases.whole("deferred_before_commit", "", |builder| {
        (0..8).for_each(|index| builder.call(COMMIT_DEFERRED_PROOFS, &[index, 0]));
        builder.commit();
        builder.call(HALT, &[0]);
    });
}

fn halts(cases: &mut Cases) {
    for (name, a0, refusal) in [
        ("halt_0", 0, ""),
        ("halt_1", 1, "exit code"),
        ("halt_prime", PRIME, "exit code"),
        ("halt_2_32", 1 << 32, "exit_code"),
        ("halt_2_63", 1 << 63, "exit_code"),
        ("halt_minus_1", u64::MAX, "exit code"),
    ] {
        cases.whole(name, refusal, |builder| {
            builder.commit();
            builder.commit_deferred();
            builder.call(HALT, &[a0]);
        });
    }
    cases.whole("halt_with_a1", "", |builder| {
        builder.commit();
        builder.commit_deferred();
        builder.call(HALT, &[0, u64::MAX]);
    });
}

fn writes(cases: &mut Cases) {
    for (name, arguments) in [
        ("write_low", [1, 8, 8]),
        ("write_across_2_16", [1, 0xfff0, 64]),
        ("write_untouched", [1, HEAP, 64]),
        ("write_to_an_unknown_descriptor", [99, DATA, 8]),
        ("write_to_a_descriptor_of_64_bits", [1 << 32 | 1, DATA, 8]),
        ("write_a_hint", [14, DATA, 16]),
    ] {
        cases.add(name, "", |builder| builder.call(WRITE, &arguments));
    }
    cases.add("public_values_of_low_memory", "", |builder| {
        builder.public_values = vec![0; 8];
        builder.call(WRITE, &[13, 8, 8]);
    });
    cases.add("hint_of_its_own", "", |builder| {
        builder.call(WRITE, &[14, DATA, 16]);
        builder.call(HINT_LEN, &[]);
        builder.call(HINT_READ, &[HEAP, 16]);
        builder.load_word(HEAP + 16);
    });
    cases.add("unconstrained_writes", "", |builder| {
        builder.public_values = vec![0; 8];
        builder.unconstrained(|builder| {
            builder.call(WRITE, &[13, DATA, 8]);
            builder.call(WRITE, &[14, DATA, 16]);
        });
        builder.call(HINT_READ, &[HEAP, 16]);
    });
    for (name, number) in [("dump_elf", 0x40), ("verify_sp1_proof", 0x1b), ("mprotect", 0x132)] {
        cases.add(name, "unsupported", |builder| builder.call(number, &[DATA, DATA]));
    }
}
