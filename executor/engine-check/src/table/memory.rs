//! Loads and stores: each at each aligned place of a word, with offsets of both signs.

use super::rows::{Case, Rows, VALUES};
use crate::model::loaded;
use crate::operation::{ADDI, ALL, LD, Operation, SD, Shape};
use crate::random::EDGE_VALUES;

const VALUE: u8 = 6;
const RESULT: u8 = 7;
const POINTER: u8 = 8;
const FAR: i64 = 2040;

pub(super) fn cases() -> Vec<Case> {
    let case = |operation: &Operation| match operation.shape {
        Shape::Load(bytes) => Some(loads(*operation, bytes)),
        Shape::Store(bytes) => Some(stores(*operation, bytes)),
        _ => None,
    };
    ALL.iter().filter_map(case).collect()
}

/// The places in a word, in bytes from its start.
fn places(bytes: u64) -> impl Iterator<Item = i64> + Clone {
    (0..8).step_by(bytes as usize)
}

/// Corners, and words in which every byte has a value and a sign of its own.
fn words() -> Vec<u64> {
    let mixed = [0x8081_8283_8485_8687, 0x0102_0304_0506_0708, 0x7f80_ff00_80ff_7f01];
    EDGE_VALUES.into_iter().chain(mixed).collect()
}

fn loads(operation: Operation, bytes: u64) -> Case {
    let words = words();
    let mut rows = Rows::begin(words.len(), 1);
    for place in places(bytes) {
        rows.assembler.immediate(operation, RESULT, VALUES, place);
        rows.result(RESULT);
        rows.assembler.immediate(ADDI, POINTER, VALUES, FAR);
        rows.assembler.immediate(operation, POINTER, POINTER, place - FAR);
        rows.result(POINTER);
        rows.assembler.immediate(operation, 0, VALUES, place);
        rows.result(0);
    }
    let expected = words.iter().flat_map(|word| {
        let word = word.to_le_bytes();
        places(bytes).flat_map(move |place| {
            let result = loaded(operation.name, &word[place as usize..][..bytes as usize]);
            [result, result, 0]
        })
    });
    let expected = Vec::from_iter(expected);
    rows.end(operation.name, &words, &expected)
}

fn stores(operation: Operation, bytes: u64) -> Case {
    let words = words();
    // Each row is a word to store, the word that is there before, and room for it.
    let mut rows = Rows::begin(words.len(), 3);
    for place in places(bytes) {
        rows.assembler.immediate(LD, VALUE, VALUES, 8);
        rows.assembler.store(SD, VALUE, VALUES, 16);
        rows.assembler.immediate(LD, VALUE, VALUES, 0);
        rows.assembler.immediate(ADDI, POINTER, VALUES, 16 - FAR);
        rows.assembler.store(operation, VALUE, POINTER, FAR + place);
        rows.assembler.immediate(LD, RESULT, VALUES, 16);
        rows.result(RESULT);
    }
    let values = words.iter().flat_map(|word| [*word, !word.rotate_left(13), 0]);
    let values = Vec::from_iter(values);
    let expected = values.chunks(3).flat_map(|row| {
        let (new, old) = (row[0].to_le_bytes(), row[1].to_le_bytes());
        places(bytes).map(move |place| {
            let mut word = old;
            let place = place as usize;
            word[place..place + bytes as usize].copy_from_slice(&new[..bytes as usize]);
            u64::from_le_bytes(word)
        })
    });
    let expected = Vec::from_iter(expected);
    rows.end(operation.name, &values, &expected)
}
