use crate::assembly::{
    A0, A1, A2, BASE, DATA, EBREAK, ECALL, LIMITS, T0, T1, add, addi, auipc, branch, call,
    data_address, halt, i_type, image, jal, jalr, ld, lui, program, run_both, sd, slli,
};
use crate::decode::decode;
use crate::image::Image;
use crate::outcome::{FaultKind, GuestFault, Limits, Mode, Stop};
use crate::run::run;

/// More rounds than make a loop hot.
const ROUNDS: i32 = 8000;

/// `body` again and again, with the rounds in x31; then a halt.
fn repeated(rounds: i32, body: &[u32]) -> Image {
    let back = -4 * (body.len() as i32 + 1);
    let count = [lui(31, (rounds << 12) as u32), i_type(0x13, 5, 31, 31, 12)];
    program(&[&count, body, &[addi(31, 31, -1), branch(1, 31, 0, back)], &halt()])
}

fn fault_of(image: &Image) -> GuestFault {
    match run_both(image, &[], &LIMITS) {
        Err(Stop::Fault(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn fuel_is_exact_at_every_instruction() {
    let image = repeated(40, &[data_address(2), sd(0, 2, 0), ld(3, 2, 0)]);
    let cycles = run_both(&image, &[], &LIMITS).expect("halts").cycles;
    assert_eq!(cycles, 2 + 40 * 5 + 3);
    for limit in 0..cycles {
        let limits = Limits { cycles: limit, ..LIMITS };
        assert_eq!(run_both(&image, &[], &limits), Err(Stop::LimitCycles), "{limit}");
    }
    let limits = Limits { cycles, ..LIMITS };
    assert_eq!(run_both(&image, &[], &limits).expect("halts").cycles, cycles);
}

#[test]
fn fuel_is_exact_in_compiled_code() {
    let image = repeated(ROUNDS, &[addi(1, 1, 1), addi(2, 2, 2), addi(3, 3, 3)]);
    let cycles = run_both(&image, &[], &LIMITS).expect("halts").cycles;
    for limit in (cycles - 40..cycles).chain(cycles / 2..cycles / 2 + 10) {
        let limits = Limits { cycles: limit, ..LIMITS };
        assert_eq!(run_both(&image, &[], &limits), Err(Stop::LimitCycles), "{limit}");
    }
}

#[test]
fn the_limit_comes_before_the_fault_behind_it() {
    let image = image(&[addi(1, 1, 1), addi(1, 1, 1), EBREAK]);
    let limits = |cycles| Limits { cycles, ..LIMITS };
    assert_eq!(run_both(&image, &[], &limits(2)), Err(Stop::LimitCycles));
    assert!(matches!(run_both(&image, &[], &limits(3)), Err(Stop::Fault(_))));
}

#[test]
fn faults_tell_the_pc_and_the_address() {
    let misaligned = FaultKind::Misaligned { address: DATA + 4 };
    let fault = fault_of(&image(&[data_address(1), ld(2, 1, 4)]));
    assert_eq!(fault, GuestFault { pc: BASE + 4, kind: misaligned });
    let distant = FaultKind::OutOfRange { address: 1 << 40 };
    let fault = fault_of(&image(&[addi(1, 0, 1), slli(1, 1, 40), sd(0, 1, 0)]));
    assert_eq!(fault, GuestFault { pc: BASE + 8, kind: distant });
    let fault = fault_of(&image(&[EBREAK]));
    assert_eq!(fault, GuestFault { pc: BASE, kind: FaultKind::IllegalInstruction });
}

#[test]
fn faults_of_compiled_code_tell_the_same() {
    for (offset, kind) in [
        (4, FaultKind::Misaligned { address: DATA + 4 }),
        (0, FaultKind::OutOfRange { address: DATA + (1 << 40) }),
    ] {
        // Round 4000 of a hot loop adds what makes the address wrong.
        let flip = if offset == 4 { addi(6, 0, 4) } else { addi(6, 0, 1) };
        let shift = if offset == 4 { slli(6, 6, 0) } else { slli(6, 6, 40) };
        let head = [data_address(1), lui(30, 4000 << 12), i_type(0x13, 5, 30, 30, 12)];
        let body = [ld(2, 1, 0), addi(30, 30, -1), branch(1, 30, 0, -8)];
        let add = add(1, 1, 6);
        let tail = [flip, shift, add, addi(30, 0, 1), jal(0, -4 * 7)];
        assert_eq!(fault_of(&program(&[&head, &body, &tail])), GuestFault { pc: BASE + 12, kind });
    }
}

#[test]
fn wild_jumps_are_faults_at_their_target() {
    for (words, pc) in [
        (vec![jalr(0, 0, 0)], 0),
        (vec![jalr(0, 0, -4)], u64::MAX - 3),
        (vec![jal(0, -8)], BASE - 8),
        (vec![addi(1, 0, 1)], BASE + 4),
    ] {
        assert_eq!(fault_of(&image(&words)), GuestFault { pc, kind: FaultKind::WildJump });
    }
}

#[test]
fn a_wild_jump_out_of_a_hot_loop_is_the_same() {
    let image = repeated(ROUNDS, &[addi(1, 1, 1)]);
    let mut instructions = image.instructions;
    let count = instructions.len();
    instructions[count - 3] = decode(jalr(0, 0, 6)).expect("jalr");
    let image = Image { instructions, ..image };
    assert_eq!(fault_of(&image), GuestFault { pc: 6, kind: FaultKind::WildJump });
}

#[test]
fn a_jump_between_instructions_of_an_unconstrained_block_is_rounded_and_keeps_its_offset() {
    // AUIPC after the jump sees a pc that is two more: it is the byte that is written.
    let seen = [data_address(A1), sd(A0, A1, 0), addi(A0, 0, 13), addi(A2, 0, 1)];
    let block = [jal(0, 6), auipc(A0), addi(T0, 0, 2), seen[0], seen[1], seen[2], seen[3], ECALL];
    let skip = [branch(0, T0, 0, 4 * (block.len() as i32 + 3))];
    let parts = [&call(3, &[])[..], &skip, &block, &call(4, &[]), &halt()];
    let outcome = run_both(&program(&parts), &[], &LIMITS).expect("halts");
    assert_eq!(outcome.public_values, [4 * 3 + 6]);
}

#[test]
fn jalr_drops_the_lowest_bit_and_reads_before_it_writes() {
    let words = [auipc(T1), jalr(T1, T1, 13), EBREAK, addi(A0, T1, 0), addi(T0, 0, 0), ECALL];
    let outcome = run_both(&image(&words), &[], &LIMITS).expect("halts");
    assert_eq!(u64::from(outcome.exit_code), BASE + 8);
}

#[test]
fn loads_into_x0_are_made_and_dropped() {
    assert!(matches!(fault_of(&image(&[ld(0, 0, 4)])).kind, FaultKind::Misaligned { address: 4 }));
    let words = [data_address(1), ld(0, 1, 8), addi(A0, 0, 0), addi(T0, 0, 0), ECALL];
    assert_eq!(run_both(&image(&words), &[], &LIMITS).expect("halts").exit_code, 0);
}

#[test]
fn memory_has_a_limit_in_compiled_code_too() {
    // One store in every chunk from the data upwards.
    let head = [data_address(1), lui(2, 0x1_0000)];
    let body = [sd(1, 1, 0), add(1, 1, 2), jal(0, -8)];
    let image = program(&[&head, &body]);
    for memory_bytes in [1 << 16, 1 << 20, 512 << 20] {
        let limits = Limits { memory_bytes, ..LIMITS };
        assert_eq!(run_both(&image, &[], &limits), Err(Stop::LimitMemory));
    }
    let limits = Limits { memory_bytes: 0, ..LIMITS };
    assert_eq!(run_both(&image, &[], &limits), Err(Stop::LimitMemory));
}

#[test]
fn sparse_touches_of_compiled_code_count_whole_chunks() {
    let head = [lui(1, 0x10_0000), lui(2, 0x2_0000), lui(31, 6000 << 12)];
    let body = [sd(1, 1, 0), add(1, 1, 2), addi(31, 31, -1), branch(1, 31, 0, -12)];
    let image = program(&[&head, &[i_type(0x13, 5, 31, 31, 12)], &body, &halt()]);
    let limits = Limits { memory_bytes: 1 << 30, ..LIMITS };
    let outcome = run_both(&image, &[], &limits).expect("halts");
    assert_eq!(outcome.touched_pages, (6000 + 1) * 16);
}

#[test]
fn calls_and_returns_do_not_grow_the_hosts_stack() {
    // Four million calls of a function that is compiled by itself.
    let rounds = 400_000;
    let body = [jal(1, 4 * 3), jal(1, 4 * 2), jal(0, 4 * 3), addi(3, 3, 1), jalr(0, 1, 0)];
    let image = repeated(rounds, &body);
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let limits = Limits { cycles: 1 << 40, ..LIMITS };
    let join = thread.spawn(move || run_both(&image, &[], &limits).is_ok()).expect("a thread");
    assert!(join.join().expect("no crash"));
}

#[test]
fn a_segment_above_the_address_space_is_a_fault() {
    let image = Image { end: (1 << 40) + 1, ..image(&halt()) };
    assert!(matches!(fault_of(&image).kind, FaultKind::OutOfRange { .. }));
}

#[test]
fn code_that_is_entered_once_is_compiled_where_all_is_hot() {
    let image = program(&[&[addi(1, 1, 1)], &halt()]);
    let compiled = |mode| run(&image, &[], &LIMITS, mode).expect("halts").compiled_instructions;

    assert_eq!(compiled(Mode::Tiered), 0);
    assert_eq!(compiled(Mode::TieredAt { hot: 1 }), 0);
    let has_translator = cfg!(all(feature = "translator", target_arch = "x86_64"));
    assert_eq!(compiled(Mode::TieredAt { hot: 0 }) > 0, has_translator);
}

#[test]
fn code_beyond_the_budget_of_compiling_is_interpreted() {
    // Each jump starts a block, and more of them are hot than may be compiled.
    let image = program(&[&vec![jal(0, 4); 20_000], &halt()]);

    assert_eq!(run_both(&image, &[], &LIMITS).expect("halts").cycles, 20_000 + 3);
}

#[test]
fn a_function_that_calls_itself_keeps_what_it_wrote_before() {
    const CALLS: i32 = 3;
    let caller = [auipc(30), addi(30, 30, 4 * 9), addi(6, 0, CALLS), jal(1, 4)];
    let function = [branch(0, 6, 0, 16), addi(6, 6, -1), addi(7, 7, 1), jal(1, -12)];
    let end = [jalr(0, 30, 0), addi(31, 31, -1), branch(1, 31, 0, -40)];
    let shown = [addi(A0, 7, 0), addi(T0, 0, 0), ECALL];
    let rounds = [lui(31, (ROUNDS << 12) as u32), i_type(0x13, 5, 31, 31, 12)];
    let image = program(&[&rounds, &caller, &function, &end, &shown]);

    let outcome = run_both(&image, &[], &LIMITS).expect("halts");
    assert_eq!(outcome.exit_code, (CALLS * ROUNDS) as u32);
}
