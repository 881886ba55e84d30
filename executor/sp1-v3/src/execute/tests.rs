use sp1_core_executor::{Instruction, Opcode};

use super::*;

const T0: u8 = 5;
const A0: u8 = 10;

fn limits(cycles: u64) -> Limits {
    Limits { cycles, cpu_seconds: 1, memory_bytes: 1 << 30, public_values_bytes: 8 }
}

fn set(register: u8, value: u32) -> Instruction {
    Instruction::new(Opcode::ADD, register.into(), 0, value, false, true)
}

fn program(instructions: Vec<Instruction>) -> Program {
    Program::new(instructions, 0x1000, 0x1000)
}

fn halting(code: u32) -> Vec<Instruction> {
    let call = Instruction::new(Opcode::ECALL, T0.into(), A0.into(), 11, false, false);
    vec![set(A0, code), set(T0, 0), call]
}

#[test]
fn cycles_are_counted_and_bounded_with_either_exit_code() {
    for code in [0, 1] {
        let done = run(program(halting(code)), &[], &limits(3)).unwrap();
        assert_eq!((done.exit_code, done.cycles), (code, 3));
    }
    let failure = run(program(halting(0)), &[], &limits(2)).unwrap_err();
    assert_eq!(failure.class, Class::LimitCycles);
}

#[test]
fn more_cycles_than_are_recorded_at_once_are_one_run() {
    let many = 3 * RECORDED_CYCLES;
    let mut instructions = vec![set(6, 1); many];
    instructions.extend(halting(0));

    let done = run(program(instructions), &[], &limits(1 << 20)).unwrap();

    assert_eq!(done.cycles, many as u64 + 3);
}

#[test]
fn panic_of_sp1s_executor_is_the_programs_fault() {
    let mut instructions = halting(0);
    instructions[1] = set(T0, 0x77);

    let failure = run(program(instructions), &[], &limits(100)).unwrap_err();

    assert_eq!(failure.class, Class::GuestFault);
}
