//! HINT_READ, and the word of zeros behind it.

use attestor_engine_check::operation::{ADDI, LB};

use super::collection::Cases;
use crate::program::{BSS, BSS_BYTES, Builder, CODE, DATA, DATA_BYTES, HEAP, HINT_READ, WRITE};

const FIVE: &[u8] = b"hello";
const EIGHT: &[u8] = b"12345678";
const ZEROS: &[u8] = &[0; 5];
const KECCAK_PERMUTE: u64 = 0x1_0109;

/// Hints to addresses, with something before and after.
fn hints<'a>(
    reads: &'a [(u64, &'a [u8])],
    before: impl FnOnce(&mut Builder) + 'a,
    after: impl FnOnce(&mut Builder) + 'a,
) -> impl FnOnce(&mut Builder) + 'a {
    move |builder| {
        builder.stdin = reads.iter().map(|(_, bytes)| bytes.to_vec()).collect();
        before(builder);
        for (address, bytes) in reads {
            builder.call(HINT_READ, &[*address, bytes.len() as u64]);
        }
        after(builder);
    }
}

fn nothing(_: &mut Builder) {}

pub(super) fn add(cases: &mut Cases) {
    places(cases);
    used(cases);
    tails(cases);
    several(cases);
}

fn places(cases: &mut Cases) {
    const OVER: &str = "hint_over_memory";
    let end = BSS + BSS_BYTES;
    for (name, address, bytes, refusal) in [
        ("hint_fresh", HEAP, FIVE, ""),
        ("hint_fresh_8", HEAP, EIGHT, ""),
        ("hint_empty", HEAP, b"", ""),
        ("hint_empty_low", 8, b"", ""),
        ("hint_into_code", CODE, FIVE, OVER),
        ("hint_into_data", DATA, FIVE, OVER),
        ("hint_into_last_word_of_data", BSS - 8, FIVE, OVER),
        ("hint_into_bss", BSS, FIVE, OVER),
        ("hint_into_last_word_of_bss", end - 8, FIVE, OVER),
        ("hint_behind_bss", end, FIVE, ""),
        ("hint_before_data", DATA - 8, FIVE, ""),
        ("hint_at_0", 0, FIVE, "hint_low"),
        ("hint_at_8", 8, FIVE, "hint_low"),
        ("hint_at_256", 256, FIVE, "hint_low"),
        ("hint_at_fff8", 0xfff8, FIVE, "hint_low"),
        ("hint_at_10000", 1 << 16, FIVE, ""),
        ("hint_at_2_40_minus_8", (1 << 40) - 8, FIVE, ""),
        ("hint_at_2_40", 1 << 40, FIVE, "fault"),
    ] {
        cases.add(name, refusal, hints(&[(address, bytes)], nothing, nothing));
        if (1 << 16..(1 << 40) - 8).contains(&address) {
            let read = move |builder: &mut Builder| builder.load_word(address);
            cases.add(&format!("{name}_read"), refusal, hints(&[(address, bytes)], nothing, read));
        }
    }
    let used = |builder: &mut Builder| builder.code.constant(8, 3);
    cases.add("hint_at_8_with_x8", "hint_low", hints(&[(8, FIVE)], used, nothing));
}

/// What was there before a hint of five bytes, or of 24.
fn used(cases: &mut Cases) {
    const OVER: &str = "hint_over_memory";
    type Before = fn(&mut Builder);
    let before: [(&str, Before, &str); 8] = [
        ("stored", |builder| builder.store_word(HEAP, 7), OVER),
        ("stored_0", |builder| builder.store_word(HEAP, 0), OVER),
        ("loaded", |builder| builder.load_word(HEAP), OVER),
        ("loaded_byte", |builder| builder.load(LB, HEAP + 7), OVER),
        ("loaded_beside", |builder| builder.load_word(HEAP - 8), ""),
        ("written_out", |builder| builder.call(WRITE, &[1, HEAP, 8]), ""),
        (
            "unconstrained",
            |builder| builder.unconstrained(|builder| builder.store_word(HEAP, 7)),
            "",
        ),
        (
            "permuted",
            |builder| {
                builder.call(KECCAK_PERMUTE, &[HEAP - 0x40, 0]);
                (0..25).filter(|word| *word != 8).for_each(|word| {
                    builder.load_word(HEAP - 0x40 + 8 * word);
                });
            },
            OVER,
        ),
    ];
    for (name, before, refusal) in before {
        for (bytes, kind) in [(FIVE, ""), (ZEROS, "_zeros")] {
            let name = format!("hint_into_{name}{kind}");
            cases.add(&name, refusal, hints(&[(HEAP, bytes)], before, nothing));
            let read = |builder: &mut Builder| builder.load_word(HEAP);
            let name = format!("{name}_read");
            cases.add(&name, refusal, hints(&[(HEAP, bytes)], before, read));
        }
    }
    let third = |builder: &mut Builder| builder.store_word(HEAP + 16, 7);
    cases.add("hint_third_word_stored", OVER, hints(&[(HEAP, &[1; 24])], third, nothing));
    let fourth = |builder: &mut Builder| builder.store_word(HEAP + 24, 7);
    cases.add("hint_word_behind_stored", "", hints(&[(HEAP, &[1; 23])], fourth, nothing));
    let permute = |builder: &mut Builder| builder.call(KECCAK_PERMUTE, &[HEAP, 0]);
    cases.add("hint_then_permuted", "", hints(&[(HEAP, &[1; 200])], nothing, permute));
}

/// A hint of eight bytes, and the word behind.
fn tails(cases: &mut Cases) {
    const TAIL: &str = "hint_tail";
    const AT: u64 = HEAP + 8;
    type Before = fn(&mut Builder);
    let before: [(&str, Before, &str); 4] = [
        ("untouched", nothing, ""),
        ("stored", |builder| builder.store_word(AT, 7), TAIL),
        ("stored_0", |builder| builder.store_word(AT, 0), TAIL),
        ("loaded", |builder| builder.load_word(AT), TAIL),
    ];
    for (name, before, refusal) in before {
        let name = format!("hint_tail_{name}");
        cases.add(&name, refusal, hints(&[(HEAP, EIGHT)], before, nothing));
        let read = |builder: &mut Builder| builder.load_word(AT);
        cases.add(&format!("{name}_read"), refusal, hints(&[(HEAP, EIGHT)], before, read));
    }
    let five = |builder: &mut Builder| _ = builder.put(0, &[5]);
    let before_data = [(DATA - 8, EIGHT)];
    let read = |builder: &mut Builder| builder.load_word(DATA);
    cases.add("hint_tail_into_zero_of_data", "", hints(&before_data, nothing, read));
    cases.add("hint_tail_into_5_of_data", TAIL, hints(&before_data, five, nothing));
    cases.add("hint_tail_into_5_of_data_read", TAIL, hints(&before_data, five, read));
    cases.add("hint_tail_into_data_loaded", TAIL, hints(&before_data, read, nothing));
    let end = BSS + BSS_BYTES;
    let behind = move |builder: &mut Builder| builder.load_word(end + 8);
    cases.add("hint_tail_behind_bss", "", hints(&[(end, EIGHT)], nothing, behind));
    const { assert!(DATA_BYTES.is_multiple_of(8)) };
}

fn several(cases: &mut Cases) {
    const OVER: &str = "hint_over_memory";
    let read = |builder: &mut Builder| builder.load_word(HEAP + 8);
    for (name, reads, refusal) in [
        ("same", [(HEAP, FIVE), (HEAP, FIVE)], OVER),
        ("overlapping", [(HEAP, &[1; 99][..]), (HEAP + 8, FIVE)], OVER),
        ("adjacent", [(HEAP, FIVE), (HEAP + 8, FIVE)], ""),
        ("adjacent_8", [(HEAP, EIGHT), (HEAP + 8, FIVE)], ""),
        ("backwards", [(HEAP + 8, FIVE), (HEAP, FIVE)], ""),
        ("backwards_8", [(HEAP + 8, FIVE), (HEAP, EIGHT)], "hint_tail"),
        ("backwards_8_zeros", [(HEAP + 8, ZEROS), (HEAP, EIGHT)], ""),
    ] {
        cases.add(&format!("hints_{name}"), refusal, hints(&reads, nothing, nothing));
        cases.add(&format!("hints_{name}_read"), refusal, hints(&reads, nothing, read));
    }
    // One program that commits to what the executor made of the word behind a hint.
    cases.whole("two_results", "hint_tail", |builder| {
        builder.stdin = vec![EIGHT.to_vec()];
        builder.store_word(HEAP + 8, 7);
        builder.call(HINT_READ, &[HEAP, 8]);
        builder.load_word(HEAP + 8);
        builder.code.immediate(ADDI, 0, 0, 0);
        builder.end();
    });
}
