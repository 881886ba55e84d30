use std::collections::BTreeSet;

use attestor_engine::{Image, Mode};

use super::*;
use crate::outcome::End;
use crate::{attestor, sp1_portable};

#[test]
fn a_seed_is_always_the_same_program() {
    for kind in Kind::ALL {
        assert_eq!(program(kind, 7), program(kind, 7));
        assert_ne!(program(kind, 7), program(kind, 8));
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
    }
    assert_ne!(program(Kind::Plain, 7), program(Kind::Hostile, 7));
}

#[test]
fn plain_programs_halt() {
    for seed in 0..100 {
        let program = program(Kind::Plain, seed);
        let run = sp1_portable::run(&program.elf, &program.stdin, 1 << 28);
        assert!(matches!(run.end, End::Halted(_)), "{seed}: {:?}: {}", run.end, run.detail);
    }
}

/// The words of the code, without the headers and the data.
fn code(kind: Kind, seed: u64) -> Vec<u32> {
    let elf = program(kind, seed).elf;
    let end = elf.len() - data::SEGMENT_BYTES;
    elf[176..end].chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect()
}

#[test]
fn every_instruction_is_generated() {
    let form = |word: u32| match word & 0x7f {
        0x37 | 0x17 | 0x6f => (word & 0x7f, 0, 0),
        // The upper bits tell registers' operations apart, and shifts to the right.
        0x33 | 0x3b => (word & 0x7f, word >> 12 & 7, word >> 25),
        0x13 | 0x1b if word >> 12 & 7 == 5 => (word & 0x7f, 5, word >> 26 & 0x1f),
        opcode => (opcode, word >> 12 & 7, 0),
    };
    let words = (0..40).flat_map(|seed| code(Kind::Plain, seed));
    let found: BTreeSet<_> = words.map(form).collect();
    for operation in crate::operation::ALL {
        let wanted = form(operation.encode(Default::default()));
        assert!(found.contains(&wanted), "{}", operation.name);
    }
}

/// The fields rd, rs1 and rs2 of words with one of these opcodes.
fn fields(opcodes: &[u32]) -> [BTreeSet<u32>; 3] {
    let words = (0..100).flat_map(|seed| code(Kind::Plain, seed));
    let words: Vec<_> = words.filter(|word| opcodes.contains(&(word & 0x7f))).collect();
    [7, 15, 20].map(|place| words.iter().map(|word| word >> place & 31).collect())
}

#[test]
fn every_register_is_every_operand() {
    let all: BTreeSet<u32> = (0..32).collect();
    assert_eq!(fields(&[0x33, 0x3b]), [all.clone(), all.clone(), all.clone()]);
    let [into, through, _] = fields(&[0x03]);
    // Nothing is at the addresses around 0 but for a distant access.
    assert_eq!([into.len(), through.len()], [32, 31]);
    assert_eq!(fields(&[0x23])[2], all);
}

#[test]
fn operands_are_often_the_same_register() {
    let words: Vec<_> = (0..20).flat_map(|seed| code(Kind::Plain, seed)).collect();
    let registers: Vec<_> = words.iter().filter(|word| *word & 0x7f == 0x33).collect();
    let share = |same: fn(u32, u32, u32) -> bool| {
        let count = registers
            .iter()
            .filter(|word| same(**word >> 7 & 31, **word >> 15 & 31, **word >> 20 & 31))
            .count();
        100 * count / registers.len()
    };
    for same in [|rd, rs1, _| rd == rs1, |rd, _, rs2| rd == rs2, |_, rs1, rs2| rs1 == rs2] {
        assert!(share(same) >= 5);
    }
    assert!(share(|rd, rs1, rs2| rd == rs1 && rd == rs2) >= 2);
}

#[test]
fn accesses_reach_the_ends_of_their_offsets() {
    let words: Vec<_> = (0..100).flat_map(|seed| code(Kind::Plain, seed)).collect();
    for (funct3, highest) in [(0, 2047), (1, 2046), (2, 2044), (3, 2040)] {
        for offset in [-2048, highest] {
            let load = |word: &u32| word & 0x707f == 0x03 | funct3 << 12;
            let found =
                words.iter().filter(|word| load(word)).any(|word| *word as i32 >> 20 == offset);
            assert!(found, "{funct3}: {offset}");
        }
    }
}

#[test]
fn half_of_the_programs_are_compiled_as_a_whole() {
    let compiled = (0..200).filter(|seed| {
        let program = program(Kind::Plain, *seed);
        let image = Image::parse(&program.elf).unwrap();
        let limits = attestor::wide_limits(10_000_000);
        attestor_engine::run(&image, &[], &limits, program.mode).unwrap().compiled_instructions > 50
    });
    let compiled = compiled.count();
    assert!(compiled > 90, "{compiled}");
}

#[test]
fn some_programs_are_as_long_as_jobs() {
    let long = (0..1000).filter(|seed| program(Kind::Plain, *seed).mode == Mode::Tiered).count();
    assert!((1..50).contains(&long), "{long}");
}

#[test]
fn each_seed_has_a_program() {
    // Labels out of reach would be a panic.
    for kind in Kind::ALL {
        for seed in 1000..4000 {
            assert!(program(kind, seed).elf.len() > data::SEGMENT_BYTES);
        }
    }
}
