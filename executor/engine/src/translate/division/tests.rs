//! Compiled divisions by the divisor that made them hot, and by all others.

use crate::assembly::{
    A0, A1, A2, DATA, ECALL, LIMITS, T0, add, addi, branch, data_address, halt, i_type, image, jal,
    jalr, ld, r_type, run_both, sd,
};
use crate::image::{Image, Segment};
use crate::outcome::{Mode, Outcome};
use crate::run::run;

/// As dividends and as divisors.
const EDGE_VALUES: [u64; 20] = [
    7919,
    1,
    2,
    3,
    1 << 16,
    (1 << 31) - 1,
    1 << 31,
    (1 << 31) + 1,
    u32::MAX as u64 - 1,
    u32::MAX as u64,
    1 << 32,
    (1 << 32) + 7919,
    (1 << 63) - 1,
    1 << 63,
    (1 << 63) + 1,
    0,
    u64::MAX,
    u64::MAX - 1,
    -7919_i64 as u64,
    0x0123_4567_89ab_cdef,
];
const BYTES: i32 = 8 * EDGE_VALUES.len() as i32;
/// Over all dividends: often enough for the loop to be hot.
const PASSES: i32 = 10;

const DIVISOR: u32 = 13;
const PASS: u32 = 14;
const PLACE: u32 = 15;
const END: u32 = 16;
const DIVIDEND: u32 = 17;
const RESULT: u32 = 18;
const SUM: u32 = 19;
const FACTOR: u32 = 20;
const NEXT: u32 = 21;
const LAST: u32 = 22;
const SHORT: u32 = 23;

/// Ways to compute a dividend of 32 bits, one of them by a division that may be by zero.
fn dividends() -> [u32; 6] {
    [
        addw(SHORT, DIVIDEND, FACTOR),
        addw(SHORT, SHORT, SHORT),
        r_type(0x3b, 0, 0x20, SHORT, FACTOR, DIVIDEND),
        i_type(0x1b, 0, SHORT, DIVIDEND, -7),
        r_type(0x3b, 5, 1, SHORT, DIVIDEND, DIVISOR),
        r_type(0x3b, 5, 1, SHORT, DIVIDEND, RESULT),
    ]
}

fn addw(rd: u32, rs1: u32, rs2: u32) -> u32 {
    r_type(0x3b, 0, 0, rd, rs1, rs2)
}

/// Divide every dividend by the divisor, in all eight ways, and return.
fn function() -> Vec<u32> {
    let mut words = vec![addi(PASS, 0, PASSES), data_address(PLACE), addi(END, PLACE, BYTES)];
    let mut round = vec![ld(DIVIDEND, PLACE, 0)];
    for opcode in [0x33, 0x3b] {
        for funct3 in 4..8 {
            round.push(r_type(opcode, funct3, 1, RESULT, DIVIDEND, DIVISOR));
            round.push(r_type(0x33, 0, 1, SUM, SUM, FACTOR));
            round.push(add(SUM, SUM, RESULT));
        }
    }
    for funct3 in [5, 7] {
        for dividend in dividends() {
            round.push(dividend);
            round.push(r_type(0x3b, funct3, 1, RESULT, SHORT, DIVISOR));
            round.push(r_type(0x33, 0, 1, SUM, SUM, FACTOR));
            round.push(add(SUM, SUM, RESULT));
            round.push(add(SUM, SUM, SHORT));
        }
    }
    round.push(addi(PLACE, PLACE, 8));
    round.push(branch(1, PLACE, END, -4 * round.len() as i32));
    words.extend(round);
    words.push(addi(PASS, PASS, -1));
    words.push(branch(1, PASS, 0, -4 * (words.len() as i32 - 1)));
    words.push(jalr(0, 1, 0));
    words
}

/// Call the function with each divisor, `first` first; the public values are a sum of all results.
fn dividing(first: u64) -> Image {
    let mut words = vec![
        data_address(NEXT),
        addi(NEXT, NEXT, BYTES),
        addi(LAST, NEXT, BYTES + 8),
        addi(FACTOR, 0, 31),
        ld(DIVISOR, NEXT, 0),
        0,
        addi(NEXT, NEXT, 8),
        branch(1, NEXT, LAST, -12),
        data_address(PLACE),
        sd(SUM, PLACE, 0),
    ];
    words.extend([addi(T0, 0, 2), addi(A0, 0, 13), addi(A1, PLACE, 0), addi(A2, 0, 8), ECALL]);
    words.extend(halt());
    words[5] = jal(1, 4 * (words.len() as i32 - 5));
    words.extend(function());
    let values = EDGE_VALUES.into_iter().chain([first]).chain(EDGE_VALUES);
    let bytes: Vec<u8> = values.flat_map(u64::to_le_bytes).collect();
    let size = bytes.len() as u64;
    Image { segments: vec![Segment { address: DATA, bytes, size }], ..image(&words) }
}

#[test]
fn divisions_are_those_of_the_interpreter_whatever_made_them_hot() {
    for first in EDGE_VALUES {
        let image = dividing(first);
        let outcome = run_both(&image, &[], &LIMITS).expect("halts");
        assert_eq!(outcome.public_values.len(), 8);
        let compiled = run(&image, &[], &LIMITS, Mode::Tiered);
        let compiled =
            compiled.map_or(0, |Outcome { compiled_instructions, .. }| compiled_instructions);
        assert!(compiled >= function().len() as u64 / 2, "{compiled}");
    }
}
