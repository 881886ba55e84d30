use super::*;
use crate::compare::limits;
use crate::elf::CODE;
use crate::generate::{self, Generated, Kind};

/// A program of some hundred cycles, with the machine before each of them.
fn short() -> (Generated, Vec<u64>) {
    let programs = (0..).map(|seed| generate::program(Kind::Plain, seed));
    let with_pcs = programs.map(|program| {
        let states = single_step::states(&program.elf, &program.stdin, 500);
        let pcs = states.iter().map(|state| state.pc).collect::<Vec<_>>();
        (program, pcs)
    });
    with_pcs.into_iter().find(|(_, pcs)| (50..500).contains(&pcs.len())).expect("one is short")
}

#[test]
fn place_that_sp1_comes_to_is_on_the_way() {
    let (program, pcs) = short();
    for cycles in [1, 20, pcs.len()] {
        let place = Place { pc: pcs[cycles - 1], cycles: cycles as u64 };
        assert!(is_on_way(&program.elf, &program.stdin, &place), "{cycles}");
    }
}

#[test]
fn other_pc_at_that_cycle_is_not_on_the_way() {
    let (program, _) = short();
    let place = Place { pc: CODE - 4, cycles: 20 };
    assert!(!is_on_way(&program.elf, &program.stdin, &place));
}

#[test]
fn place_behind_the_end_of_sp1_is_not_on_the_way() {
    let (program, pcs) = short();
    let place = Place { pc: pcs[0], cycles: pcs.len() as u64 + 2 };
    assert!(!is_on_way(&program.elf, &program.stdin, &place));
}

#[test]
fn run_that_breaks_no_rule_is_different() {
    let (program, _) = short();
    assert_eq!(judge(&program.elf, &program.stdin, &limits()), Verdict::Different);
}
