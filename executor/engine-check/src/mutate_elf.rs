//! Valid ELFs with some header fields changed, as a hostile file may have them.

use crate::elf::{CODE, DATA};
use crate::generate::{self, Generated, Kind};
use crate::random::Random;

/// A field of the file: where it is, and how many bytes it has.
type Field = (usize, usize);

const FIRST_SEGMENT: usize = 64;
const SECOND_SEGMENT: usize = FIRST_SEGMENT + 56;
/// e_ident's class and encoding, e_type, e_machine, e_entry, e_phoff, e_phentsize, e_phnum.
const HEADER: [Field; 8] = [(4, 1), (5, 1), (16, 2), (18, 2), (24, 8), (32, 8), (54, 2), (56, 2)];
/// p_type, p_flags, p_offset, p_vaddr, p_filesz, p_memsz; where they are in a segment's header.
const SEGMENT: [Field; 6] = [(0, 4), (4, 4), (8, 8), (16, 8), (32, 8), (40, 8)];
/// SP1's loader takes as long as a segment is large.
const MAX_SIZE: u64 = 1 << 20;
const SIZE_FIELD: usize = 32;

/// The plain program of a seed, with one to three fields changed.
pub fn program(seed: u64) -> Generated {
    let mut random = Random::new(seed);
    let mut program = generate::program(Kind::Plain, seed);
    for _ in 0..random.between(1, 3) {
        let (offset, bytes, sizes) = field(&mut random);
        let old = read(&program.elf, offset, bytes);
        let new = changed(&mut random, old);
        let new = if sizes { new % MAX_SIZE } else { new };
        program.elf[offset..offset + bytes].copy_from_slice(&new.to_le_bytes()[..bytes]);
    }
    program
}

/// A field, and whether it is a size.
fn field(random: &mut Random) -> (usize, usize, bool) {
    if random.chance(30) {
        let (offset, bytes) = random.pick(&HEADER);
        return (offset, bytes, false);
    }
    let (offset, bytes) = random.pick(&SEGMENT);
    let segment = random.pick(&[FIRST_SEGMENT, SECOND_SEGMENT]);
    (segment + offset, bytes, offset >= SIZE_FIELD)
}

fn read(elf: &[u8], offset: usize, bytes: usize) -> u64 {
    let mut word = [0; 8];
    word[..bytes].copy_from_slice(&elf[offset..offset + bytes]);
    u64::from_le_bytes(word)
}

fn changed(random: &mut Random, old: u64) -> u64 {
    let near = random.between(-16, 16);
    match random.below(6) {
        0 => old.wrapping_add_signed(near),
        1 => old.wrapping_add_signed(4 * near),
        2 => old ^ 1 << random.below(64),
        3 => random.below(8),
        4 => random.pick(&[CODE, DATA, CODE - 4, DATA - 8, 1 << 40, 1 << 48]),
        _ => random.word(),
    }
}
