//! Every instruction on every pair of edge values, on every engine.

use attestor_engine::Mode;
use attestor_engine_check::outcome::{End, Run};
use attestor_engine_check::{attestor, sp1_portable, table};

const MEMORY_BYTES: u64 = 1 << 30;
const CYCLES: u64 = 1 << 32;

fn on_all_engines(elf: &[u8]) -> [(&'static str, Run); 4] {
    let limits = attestor::wide_limits(CYCLES);
    [
        ("SP1", sp1_portable::run(elf, &[], MEMORY_BYTES)),
        ("interpreted", attestor::run(elf, &[], &limits, Mode::InterpreterOnly)),
        ("tiered", attestor::run(elf, &[], &limits, Mode::Tiered)),
        ("compiled", attestor::run(elf, &[], &limits, Mode::TieredAt { hot: 0 })),
    ]
}

#[test]
fn instructions_give_what_the_model_says() {
    for case in table::cases() {
        for (engine, run) in on_all_engines(&case.elf) {
            let name = format!("{}, {engine}", case.name);
            match run.end {
                End::Halted(halted) => assert_eq!(halted.public_values, case.expected, "{name}"),
                end => panic!("{name}: {end:?}: {}", run.detail),
            }
        }
    }
}

#[test]
fn hot_cases_are_compiled() {
    for case in table::cases() {
        let image = attestor_engine::Image::parse(&case.elf).unwrap();
        let outcome =
            attestor_engine::run(&image, &[], &attestor::wide_limits(CYCLES), Mode::Tiered)
                .unwrap();
        assert!(outcome.compiled_instructions > 0, "{}", case.name);
    }
}

#[test]
fn faults_are_faults() {
    for (name, elf) in table::faults() {
        for (engine, run) in on_all_engines(&elf) {
            assert_eq!(run.end, End::Fault, "{name}, {engine}");
        }
    }
}
