//! Instructions that only compute: on all pairs of edge values, in all shapes of registers.

use super::rows::{Case, Rows, VALUES};
use crate::assembler::address_of;
use crate::elf::DATA;
use crate::model::compute;
use crate::operation::{ALL, AUIPC, LD, LUI, Operands, Operation, Shape};
use crate::random::EDGE_VALUES;

const LEFT: u8 = 5;
const RIGHT: u8 = 6;
const RESULT: u8 = 7;
const IMMEDIATES: [i64; 12] = [-2048, -2047, -1025, -256, -8, -1, 0, 1, 7, 255, 1024, 2047];
const UPPERS: [i64; 8] = [0, 1, 0x7_ffff, 0x8_0000, 0x8_0001, 0xf_ffff, 0x7_8000, 0x5_5555];

pub(super) fn cases() -> Vec<Case> {
    let case = |operation: &Operation| match operation.shape {
        Shape::Register => Some(registers(*operation)),
        Shape::Immediate => Some(immediates(*operation, &IMMEDIATES)),
        Shape::Shift(bits) => Some(immediates(*operation, &Vec::from_iter(0..1 << bits))),
        Shape::Upper => Some(upper(*operation)),
        _ => None,
    };
    ALL.iter().filter_map(case).collect()
}

fn registers(operation: Operation) -> Case {
    let pairs = EDGE_VALUES.iter().flat_map(|left| EDGE_VALUES.map(|right| [*left, right]));
    let pairs: Vec<[u64; 2]> = pairs.collect();
    let mut rows = Rows::begin(pairs.len(), 2);
    // Result, left and right operand: in registers of their own, and in shared ones.
    let shapes = [(RESULT, LEFT, RIGHT), (LEFT, LEFT, RIGHT), (RIGHT, LEFT, RIGHT)];
    let others = [(RESULT, LEFT, LEFT), (LEFT, LEFT, LEFT), (RESULT, 0, RIGHT), (RESULT, LEFT, 0)];
    for (rd, rs1, rs2) in shapes.into_iter().chain(others).chain([(0, LEFT, RIGHT)]) {
        rows.assembler.immediate(LD, LEFT, VALUES, 0);
        rows.assembler.immediate(LD, RIGHT, VALUES, 8);
        rows.assembler.register(operation, rd, rs1, rs2);
        rows.result(rd);
    }
    let of = |left, right| compute(operation.name, left, right).expect("a computing instruction");
    let expected = pairs.iter().flat_map(|[left, right]| {
        let both = of(*left, *right);
        let twice = of(*left, *left);
        [both, both, both, twice, twice, of(0, *right), of(*left, 0), 0]
    });
    rows.end(operation.name, &pairs.concat(), &Vec::from_iter(expected))
}

fn immediates(operation: Operation, immediates: &[i64]) -> Case {
    let mut rows = Rows::begin(EDGE_VALUES.len(), 1);
    for immediate in immediates {
        rows.assembler.immediate(LD, LEFT, VALUES, 0);
        rows.assembler.immediate(operation, RESULT, LEFT, *immediate);
        rows.result(RESULT);
        rows.assembler.immediate(operation, LEFT, LEFT, *immediate);
        rows.result(LEFT);
        rows.assembler.immediate(operation, 0, LEFT, *immediate);
        rows.result(0);
    }
    let expected = EDGE_VALUES.iter().flat_map(|left| {
        immediates.iter().flat_map(|immediate| {
            let result = compute(operation.name, *left, *immediate as u64);
            let result = result.expect("a computing instruction");
            [result, result, 0]
        })
    });
    rows.end(operation.name, &EDGE_VALUES, &Vec::from_iter(expected))
}

fn upper(operation: Operation) -> Case {
    let mut rows = Rows::begin(1, 1);
    let mut expected = Vec::new();
    for immediate in UPPERS {
        let base = if operation == AUIPC { address_of(rows.assembler.here()) } else { 0 };
        let high = (immediate as i32) << 12;
        expected.push(base.wrapping_add(high as u64));
        rows.assembler.emit(operation, Operands { rd: RESULT, immediate, ..Operands::default() });
        rows.result(RESULT);
    }
    assert!(operation == AUIPC || operation == LUI);
    rows.end(operation.name, &[DATA], &expected)
}
