use std::collections::BTreeSet;

use super::*;
use crate::outcome::End;
use crate::portable;

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
        let run = portable::run(&program.elf, &program.stdin, 1 << 28);
        assert!(matches!(run.end, End::Halted(_)), "{seed}: {:?}: {}", run.end, run.detail);
    }
}

/// The words of the code, without the headers and the data.
fn code(kind: Kind, seed: u64) -> Vec<u32> {
    let elf = program(kind, seed).elf;
    let end = elf.len() - data::BYTES;
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
