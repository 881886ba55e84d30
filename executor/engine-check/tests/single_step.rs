//! SP1's executor stopped on its way, which the tests of limits lean on.

use attestor_engine_check::elf::CODE;
use attestor_engine_check::generate::{self, Kind};
use attestor_engine_check::outcome::End;
use attestor_engine_check::{single_step, sp1_portable};

#[test]
fn first_states_are_those_of_a_start() {
    let program = generate::program(Kind::Plain, 1);
    let states = single_step::states(&program.elf, &program.stdin, 3);

    assert_eq!(states.len(), 3);
    assert_eq!(states.iter().map(|state| state.global_clk).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(states[0].pc, CODE);
    assert_eq!(states[0].registers, [0; 32]);
    assert_eq!(states[1].pc, CODE + 4);
}

#[test]
fn program_has_as_many_states_as_cycles() {
    let program = (0..)
        .map(|seed| generate::program(Kind::Plain, seed))
        .find(|program| cycles(program).is_some_and(|cycles| cycles < 500))
        .unwrap();
    let states = single_step::states(&program.elf, &program.stdin, usize::MAX);

    assert_eq!(states.len() as u64, cycles(&program).unwrap());
}

fn cycles(program: &generate::Generated) -> Option<u64> {
    match sp1_portable::run(&program.elf, &program.stdin, 1 << 28).end {
        End::Halted(halted) => Some(halted.cycles),
        _ => None,
    }
}
