//! Every instruction on every pair of edge values, on every engine.

use engine_check::outcome::End;
use engine_check::{portable, table};

const MEMORY_BYTES: u64 = 1 << 30;

#[test]
fn instructions_give_what_the_model_says() {
    for case in table::cases() {
        let run = portable::run(&case.elf, &[], MEMORY_BYTES);
        match run.end {
            End::Halted(halted) => assert_eq!(halted.public_values, case.expected, "{}", case.name),
            end => panic!("{}: {end:?}: {}", case.name, run.detail),
        }
    }
}

#[test]
fn faults_are_faults() {
    for (name, elf) in table::faults() {
        let run = portable::run(&elf, &[], MEMORY_BYTES);
        assert_eq!(run.end, End::Fault, "{name}");
    }
}
