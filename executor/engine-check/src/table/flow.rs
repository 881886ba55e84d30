//! Branches on all pairs of edge values, and jumps with every form of link.

use super::rows::{Case, Rows, VALUES};
use crate::assembler::address_of;
use crate::model::branches;
use crate::operation::{ADDI, ALL, LD, LWU, Operands, Operation, SW, Shape};
use crate::random::EDGE_VALUES;

const LEFT: u8 = 5;
const RIGHT: u8 = 6;
const RESULT: u8 = 7;
const LINK: u8 = 1;

pub(super) fn cases() -> Vec<Case> {
    let branching = ALL.iter().filter(|operation| operation.shape == Shape::Branch);
    branching
        .map(|operation| branch(*operation))
        .chain([jumps(), register_jumps(), rewritten_code()])
        .collect()
}

fn branch(operation: Operation) -> Case {
    let pairs = EDGE_VALUES.iter().flat_map(|left| EDGE_VALUES.map(|right| [*left, right]));
    let pairs: Vec<[u64; 2]> = pairs.collect();
    let mut rows = Rows::begin(pairs.len(), 2);
    rows.assembler.immediate(LD, LEFT, VALUES, 0);
    rows.assembler.immediate(LD, RIGHT, VALUES, 8);
    for (rs1, rs2) in [(LEFT, RIGHT), (LEFT, LEFT), (LEFT, 0), (0, RIGHT)] {
        let taken = rows.assembler.label();
        rows.assembler.immediate(ADDI, RESULT, 0, 1);
        rows.assembler.branch(operation, rs1, rs2, taken);
        rows.assembler.immediate(ADDI, RESULT, 0, 0);
        rows.assembler.place(taken);
        rows.result(RESULT);
    }
    let of = |left, right| branches(operation.name, left, right).map_or(0, u64::from);
    let expected = pairs.iter().flat_map(|[left, right]| {
        [of(*left, *right), of(*left, *left), of(*left, 0), of(0, *right)]
    });
    let expected = Vec::from_iter(expected);
    rows.end(operation.name, &pairs.concat(), &expected)
}

/// Forward and backward, with and without a link.
fn jumps() -> Case {
    let mut rows = Rows::begin(1, 1);
    let (forward, back, end) =
        (rows.assembler.label(), rows.assembler.label(), rows.assembler.label());
    let first = address_of(rows.assembler.here() + 1);
    rows.assembler.jump(LINK, forward);
    rows.assembler.place(back);
    rows.result(LINK);
    let third = address_of(rows.assembler.here() + 1);
    rows.assembler.jump(LINK, end);
    rows.assembler.place(forward);
    rows.result(LINK);
    let second = address_of(rows.assembler.here() + 1);
    rows.assembler.jump(LINK, back);
    rows.assembler.place(end);
    rows.result(LINK);
    rows.end("jal", &[0], &[first, second, third])
}

/// To a sum whose lowest bit is cleared; the link may be the base.
fn register_jumps() -> Case {
    let mut rows = Rows::begin(1, 1);
    let mut expected = Vec::new();
    for (offset, bit) in [(0, 0), (4, 0), (2047, 0), (-2048, 1), (-1, 1), (12, 1)] {
        for link in [LINK, LEFT, 0] {
            let target = rows.assembler.label();
            rows.assembler.address(LEFT, target, bit - offset);
            let next = address_of(rows.assembler.here() + 1);
            expected.push(if link == 0 { 0 } else { next });
            rows.assembler.jump_register(link, LEFT, offset);
            rows.assembler.immediate(ADDI, link, 0, 99);
            rows.assembler.place(target);
            rows.result(link);
        }
    }
    rows.end("jalr", &[0], &expected)
}

/// An instruction is what the program was loaded with, whatever is stored over it.
fn rewritten_code() -> Case {
    let mut rows = Rows::begin(1, 1);
    let place = rows.assembler.label();
    let other = Operands { rd: RESULT, rs1: 0, rs2: 0, immediate: 99 };
    let word = u64::from(ADDI.encode(other));
    rows.assembler.address(LEFT, place, 0);
    rows.assembler.constant(RIGHT, word);
    rows.assembler.store(SW, RIGHT, LEFT, 0);
    rows.assembler.place(place);
    rows.assembler.immediate(ADDI, RESULT, 0, 1);
    rows.result(RESULT);
    rows.assembler.immediate(LWU, RESULT, LEFT, 0);
    rows.result(RESULT);
    rows.end("rewritten code", &[0], &[1, word])
}
