//! Limits that end a program: exactly where, and as what.

use attestor_engine::{Limits, Mode};
use attestor_engine_check::generate::{self, Generated, Kind};
use attestor_engine_check::outcome::{End, Run};
use attestor_engine_check::random::Random;
use attestor_engine_check::{attestor, single_step};

const CYCLES: u64 = 3_000_000;
/// SP1 is stepped so far.
const SOON: u64 = 2000;

/// Also compiled at the first entry, whatever the program asks for.
fn modes(program: &Generated) -> [Mode; 3] {
    [program.mode, Mode::TieredAt { hot: 0 }, Mode::InterpreterOnly]
}

fn run(program: &Generated, cycles: u64, mode: Mode) -> Run {
    attestor::run(&program.elf, &program.stdin, &attestor::wide_limits(cycles), mode)
}

/// The cycles of a program that halts.
fn length(program: &Generated) -> Option<u64> {
    match run(program, CYCLES, Mode::InterpreterOnly).end {
        End::Halted(halted) => Some(halted.cycles),
        _ => None,
    }
}

#[test]
fn programs_end_at_any_limit_of_cycles_that_is_too_low() {
    let mut random = Random::new(3);
    for kind in [Kind::Plain, Kind::Calling] {
        for seed in 0..300 {
            let program = generate::program(kind, seed);
            let Some(cycles) = length(&program) else { continue };
            let some = (0..6).map(|_| random.below(cycles)).collect::<Vec<_>>();
            for limit in some.into_iter().chain([0, 1, cycles - 1]) {
                for mode in modes(&program) {
                    let run = run(&program, limit, mode);
                    let name = format!("{} {seed} of {cycles}, at {limit}, {mode:?}", kind.name());
                    assert_eq!(run.end, End::LimitCycles, "{name}: {}", run.detail);
                }
            }
        }
    }
}

#[test]
fn programs_halt_at_the_limit_that_they_need() {
    for seed in 0..300 {
        let program = generate::program(Kind::Plain, seed);
        let cycles = length(&program).expect("a plain program halts");
        for mode in modes(&program) {
            let run = run(&program, cycles, mode);
            assert!(matches!(run.end, End::Halted(_)), "{seed}, {mode:?}: {}", run.detail);
        }
    }
}

#[test]
fn tiers_agree_at_any_limit() {
    let mut random = Random::new(4);
    for seed in 0..500 {
        let program = generate::program(Kind::Hostile, seed);
        for _ in 0..4 {
            let limit = random.below(20_000);
            let [tiered, compiled, interpreted] =
                modes(&program).map(|mode| run(&program, limit, mode));
            for run in [tiered, compiled] {
                assert_eq!(run.end, interpreted.end, "hostile {seed} at {limit}");
                assert_eq!(run.detail, interpreted.detail, "hostile {seed} at {limit}");
            }
        }
    }
}

/// The cycles before the instruction at which SP1 faults, if it does so soon and counts them all.
fn cycles_before_fault(program: &Generated) -> Option<u64> {
    if run(program, SOON, Mode::InterpreterOnly).end != End::Fault {
        return None;
    }
    let states = single_step::states(&program.elf, &program.stdin, SOON as usize);
    let last = states.last()?.global_clk;
    (last + 1 == states.len() as u64).then_some(last)
}

#[test]
fn faults_come_at_the_cycle_of_sp1s() {
    let mut compared = 0;
    for seed in 0..600 {
        let program = generate::program(Kind::Hostile, seed);
        let Some(before) = cycles_before_fault(&program) else { continue };
        for mode in modes(&program) {
            for (limit, end) in [(before, End::LimitCycles), (before + 1, End::Fault)] {
                let run = run(&program, limit, mode);
                assert_eq!(run.end, end, "hostile {seed} at {limit}, {mode:?}: {}", run.detail);
            }
        }
        compared += 1;
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn public_values_end_at_their_limit() {
    let program = generate::program(Kind::Plain, 1);
    let written = 4096;
    for mode in modes(&program) {
        for (limit, ends) in [(written, false), (written - 1, true), (0, true)] {
            let limits = Limits { public_values_bytes: limit, ..attestor::wide_limits(CYCLES) };
            let run = attestor::run(&program.elf, &program.stdin, &limits, mode);
            assert_eq!(run.end == End::LimitOutput, ends, "{limit}, {mode:?}: {:?}", run.end);
        }
    }
}
