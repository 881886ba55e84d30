//! Words of RV64IM for tests, and programs of them.

use crate::decode::decode;
use crate::image::{Image, Segment};
use crate::outcome::{Limits, Mode, Outcome, Stop};
use crate::run::run;

pub(crate) const BASE: u64 = 0x7800_0000;
/// A data segment of one page, after all code.
pub(crate) const DATA: u64 = 0x7900_0000;

pub(crate) const T0: u32 = 5;
pub(crate) const T1: u32 = 6;
pub(crate) const A0: u32 = 10;
pub(crate) const A1: u32 = 11;
pub(crate) const A2: u32 = 12;

pub(crate) const ECALL: u32 = 0x73;
pub(crate) const EBREAK: u32 = 0x0010_0073;

pub(crate) fn r_type(opcode: u32, funct3: u32, funct7: u32, rd: u32, rs1: u32, rs2: u32) -> u32 {
    opcode | rd << 7 | funct3 << 12 | rs1 << 15 | rs2 << 20 | funct7 << 25
}

pub(crate) fn i_type(opcode: u32, funct3: u32, rd: u32, rs1: u32, immediate: i32) -> u32 {
    opcode | rd << 7 | funct3 << 12 | rs1 << 15 | (immediate as u32) << 20
}

pub(crate) fn store(funct3: u32, rs2: u32, rs1: u32, offset: i32) -> u32 {
    let offset = offset as u32;
    0x23 | (offset & 31) << 7 | funct3 << 12 | rs1 << 15 | rs2 << 20 | (offset >> 5 & 127) << 25
}

pub(crate) fn branch(funct3: u32, rs1: u32, rs2: u32, offset: i32) -> u32 {
    let offset = offset as u32;
    let low = (offset >> 11 & 1) << 7 | (offset >> 1 & 15) << 8;
    let high = (offset >> 5 & 63) << 25 | (offset >> 12 & 1) << 31;
    0x63 | low | funct3 << 12 | rs1 << 15 | rs2 << 20 | high
}

pub(crate) fn jal(rd: u32, offset: i32) -> u32 {
    let offset = offset as u32;
    let low = (offset & 0xf_f000) | (offset >> 11 & 1) << 20;
    0x6f | rd << 7 | low | (offset >> 1 & 0x3ff) << 21 | (offset >> 20 & 1) << 31
}

pub(crate) fn jalr(rd: u32, rs1: u32, offset: i32) -> u32 {
    i_type(0x67, 0, rd, rs1, offset)
}

pub(crate) fn addi(rd: u32, rs1: u32, immediate: i32) -> u32 {
    i_type(0x13, 0, rd, rs1, immediate)
}

pub(crate) fn slli(rd: u32, rs1: u32, amount: i32) -> u32 {
    i_type(0x13, 1, rd, rs1, amount)
}

pub(crate) fn lui(rd: u32, upper: u32) -> u32 {
    0x37 | rd << 7 | (upper & 0xffff_f000)
}

/// rd = rs1 + rs2.
pub(crate) fn add(rd: u32, rs1: u32, rs2: u32) -> u32 {
    r_type(0x33, 0, 0, rd, rs1, rs2)
}

/// rd = pc.
pub(crate) fn auipc(rd: u32) -> u32 {
    0x17 | rd << 7
}

pub(crate) fn ld(rd: u32, rs1: u32, offset: i32) -> u32 {
    i_type(0x03, 3, rd, rs1, offset)
}

pub(crate) fn sd(rs2: u32, rs1: u32, offset: i32) -> u32 {
    store(3, rs2, rs1, offset)
}

/// An ecall with small arguments.
pub(crate) fn call(number: i32, arguments: &[i32]) -> Vec<u32> {
    let mut words = vec![addi(T0, 0, number)];
    words.extend(arguments.iter().zip(A0..).map(|(value, register)| addi(register, 0, *value)));
    words.push(ECALL);
    words
}

pub(crate) fn halt() -> Vec<u32> {
    call(0, &[0])
}

/// rd = the address of the data.
pub(crate) fn data_address(rd: u32) -> u32 {
    lui(rd, DATA as u32)
}

pub(crate) fn image(words: &[u32]) -> Image {
    let instructions = words.iter().map(|word| decode(*word).expect("a valid word")).collect();
    let bytes = (0..=255).cycle().take(4096).collect();
    let segments = vec![Segment { address: DATA, bytes, size: 4096 }];
    Image { instructions, base: BASE, entry: BASE, segments, end: DATA + 4096 }
}

pub(crate) fn program(parts: &[&[u32]]) -> Image {
    image(&parts.concat())
}

pub(crate) const LIMITS: Limits =
    Limits { cycles: 1 << 30, memory_bytes: 8 << 20, public_values_bytes: 4096 };

/// The same result of all modes, without what may differ between them.
pub(crate) fn run_both(image: &Image, stdin: &[Vec<u8>], limits: &Limits) -> Result<Outcome, Stop> {
    let run = |mode| {
        run(image, stdin, limits, mode).map(|outcome| Outcome {
            compiled_instructions: 0,
            compile_seconds: 0.0,
            ..outcome
        })
    };
    let interpreted = run(Mode::InterpreterOnly);
    for mode in [Mode::Tiered, Mode::TieredAt { hot: 0 }, Mode::TieredAt { hot: 1 }] {
        assert_eq!(run(mode), interpreted, "{mode:?}");
    }
    interpreted
}
