//! Loads and stores by their addresses.

use attestor_engine_check::operation::{LB, LBU, LD, LW, SB, SD};

use super::collection::Cases;
use crate::program::{Builder, DATA, DATA_BYTES, HEAP, T1, T2};

const LOW: u64 = 1 << 16;
const END: u64 = 1 << 40;

pub(super) fn add(cases: &mut Cases) {
    cases.add("plain", "", |_| ());
    for (name, operation, address, refusal) in [
        ("load_at_0", LD, 0, "low_address"),
        ("load_at_8", LD, 8, "low_address"),
        ("load_byte_at_ffff", LBU, LOW - 1, "low_address"),
        ("load_at_fff8", LD, LOW - 8, "low_address"),
        ("load_at_10000", LD, LOW, ""),
        ("load_byte_at_10000", LB, LOW, ""),
        ("load_at_2_40_minus_8", LD, END - 8, ""),
        ("load_at_2_40", LD, END, "fault"),
        ("load_misaligned", LW, HEAP + 2, "fault"),
    ] {
        cases.add(name, refusal, |builder| builder.load(operation, address));
    }
    for (name, operation, address, refusal) in [
        ("store_at_8", SD, 8, "low_address"),
        ("store_byte_at_ffff", SB, LOW - 1, "low_address"),
        ("store_at_10000", SD, LOW, ""),
        ("store_at_2_40_minus_8", SD, END - 8, ""),
    ] {
        cases.add(name, refusal, |builder| {
            builder.code.constant(T1, address);
            builder.code.store(operation, T2, T1, 0);
        });
    }
    for (name, base, refusal) in [("load_x0_at_8", 8, "low_address"), ("load_x0_at_10000", LOW, "")]
    {
        cases.add(name, refusal, |builder| {
            builder.code.constant(T1, base);
            builder.code.immediate(LD, 0, T1, 0);
        });
    }
    let wrapping = |base: i64, offset| {
        move |builder: &mut Builder| {
            builder.code.constant(T1, base as u64);
            builder.code.immediate(LD, T2, T1, offset);
        }
    };
    cases.add("load_wrapping_to_8", "low_address", wrapping(-8, 16));
    cases.add("load_down_to_fff8", "low_address", wrapping(LOW as i64, -8));
    cases.add("load_up_to_10000", "", wrapping(LOW as i64 - 8, 8));
    cases.add("unconstrained_low", "", |builder| {
        builder.unconstrained(|builder| {
            builder.load_word(8);
            builder.store_word(16, 7);
        });
    });
    cases.add("low_after_unconstrained_low", "low_address", |builder| {
        builder.unconstrained(|builder| builder.store_word(16, 7));
        builder.load_word(16);
    });
    cases.add("all_words_of_the_data", "", |builder| {
        (0..DATA_BYTES / 512).for_each(|at| builder.load_word(DATA + 512 * at));
    });
}
