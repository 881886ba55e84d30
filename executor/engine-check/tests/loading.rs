//! Damaged ELFs: what ours loads, SP1 loads too, and both run it alike.

use attestor_engine::Image;
use attestor_engine_check::outcome::{End, Verdict, judge};
use attestor_engine_check::{attestor, mutate_elf, sp1_portable};

const CYCLES: u64 = 200_000;
const MEMORY_BYTES: u64 = 1 << 30;

/// What ours refuses by its own rules, in the words of its errors.
const OWN_RULES: [&str; 2] = ["not for 64-bit RISC-V", "too much memory"];

#[test]
fn damaged_files_are_taken_as_by_sp1() {
    let mut loaded = 0;
    for seed in 0..6000 {
        let elf = mutate_elf::program(seed).elf;
        match (Image::parse(&elf), sp1_portable::load(&elf)) {
            (Ok(image), Some(program)) => {
                for (&address, &word) in program.memory_image.iter() {
                    assert_eq!(image.word(address), word, "{seed}: at {address:#x}");
                }
                loaded += 1;
            }
            (Ok(_), None) => panic!("{seed}: SP1 does not load it"),
            (Err(error), Some(_)) => {
                let own = OWN_RULES.iter().any(|rule| error.to_string().contains(rule));
                assert!(own, "{seed}: SP1 loads it, and ours does not: {error}");
            }
            (Err(_), None) => {}
        }
    }
    assert!(loaded > 1000, "{loaded}");
}

#[test]
fn damaged_programs_end_as_on_sp1() {
    for seed in 0..2000 {
        let program = mutate_elf::program(seed);
        let limits = attestor::wide_limits(CYCLES);
        let ours = attestor::run(&program.elf, &[], &limits, program.mode);
        if matches!(ours.end, End::LimitCycles | End::NoProgram) {
            continue;
        }
        let sp1 = sp1_portable::run(&program.elf, &[], MEMORY_BYTES);
        let detail = format!("{} and {}", ours.detail, sp1.detail);
        assert_ne!(judge(&ours.end, &sp1.end), Verdict::Different, "{seed}: {detail}");
    }
}
