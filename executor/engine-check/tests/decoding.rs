//! Which words are instructions: ours and SP1's loaders agree on each.

use attestor_engine::Image;
use attestor_engine_check::elf::elf;
use attestor_engine_check::random::Random;
use attestor_engine_check::sp1_portable;

fn assert_agreed(word: u32) {
    let file = elf(&[word], &[]);
    let ours = Image::parse(&file);
    let sp1 = sp1_portable::load(&file);
    assert_eq!(ours.is_ok(), sp1.is_some(), "{word:#010x}: {:?}", ours.err());
}

#[test]
fn words_of_all_opcodes_are_taken_as_by_sp1() {
    for opcode in (0..128).filter(|opcode| opcode % 4 == 3) {
        for funct in 0..1 << 10 {
            let (funct3, funct7) = (funct & 7, funct >> 3);
            for (rd, rs1, rs2) in [(0, 0, 0), (1, 2, 3), (31, 31, 1)] {
                let fields = rd << 7 | funct3 << 12 | rs1 << 15 | rs2 << 20 | funct7 << 25;
                assert_agreed(opcode | fields);
            }
        }
    }
}

#[test]
fn random_words_are_taken_as_by_sp1() {
    let mut random = Random::new(1);
    for _ in 0..20_000 {
        assert_agreed(random.any() as u32);
    }
}

#[test]
fn system_words_are_taken_as_by_sp1() {
    // ecall, ebreak, uret, mret, wfi, fence, fence.i, csrrw, pause, and no instruction at all.
    for word in [
        0x0000_0073,
        0x0010_0073,
        0x0020_0073,
        0x3020_0073,
        0x1050_0073,
        0x0ff0_000f,
        0x0000_100f,
        0xc000_2573,
        0x0100_000f,
        0x0000_0000,
        0xffff_ffff,
    ] {
        assert_agreed(word);
    }
}
