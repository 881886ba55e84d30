use crate::assembly::{
    A0, A1, A2, ECALL, LIMITS, T0, add, addi, branch, call, data_address, halt, jal, lui, program,
    run_both, sd, slli,
};
use crate::outcome::{FaultKind, GuestFault, Limits, Outcome, Stop, WRITE_ALLOWANCE};

/// WRITE of bytes of the data.
fn write(descriptor: i32, offset: i32, length: i32) -> Vec<u32> {
    vec![
        addi(T0, 0, 2),
        addi(A0, 0, descriptor),
        data_address(A1),
        addi(A1, A1, offset),
        addi(A2, 0, length),
        ECALL,
    ]
}

fn run_parts(parts: &[&[u32]], stdin: &[Vec<u8>]) -> Result<Outcome, Stop> {
    run_both(&program(parts), stdin, &LIMITS)
}

fn refusal(parts: &[&[u32]], stdin: &[Vec<u8>]) -> &'static str {
    match run_parts(parts, stdin) {
        Err(Stop::Fault(GuestFault { kind: FaultKind::Refused(why), .. })) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn halt_gives_the_lower_half_of_a0_and_counts() {
    let outcome = run_parts(&[&call(0, &[-1])], &[]).expect("halts");
    assert_eq!((outcome.exit_code, outcome.cycles), (u32::MAX, 3));
}

#[test]
fn written_bytes_go_where_the_descriptor_says() {
    let parts = [write(13, 1, 3), write(13, 9, 2), write(1, 5, 2), write(77, 0, 4), halt()];
    let outcome = run_parts(&parts.each_ref().map(Vec::as_slice), &[]).expect("halts");
    assert_eq!(outcome.public_values, [1, 2, 3, 9, 10]);
    assert_eq!(outcome.printed, [5, 6]);
}

#[test]
fn public_values_have_a_limit() {
    let image = program(&[&write(13, 0, 4), &halt()]);
    for (public_values_bytes, fits) in [(4, true), (3, false)] {
        let result = run_both(&image, &[], &Limits { public_values_bytes, ..LIMITS });
        assert_eq!(result.is_ok(), fits);
        assert!(fits || result == Err(Stop::LimitOutput));
    }
}

#[test]
fn write_of_a_length_that_wraps_is_short_as_in_sp1() {
    let outcome = run_parts(&[&write(13, 7, -1), &halt()], &[]).expect("halts");
    assert_eq!(outcome.public_values, [7]);
    let outcome = run_parts(&[&write(13, 0, -1), &halt()], &[]).expect("halts");
    assert_eq!(outcome.public_values, []);
    let far = [addi(T0, 0, 2), addi(A0, 0, 13), addi(A1, 0, -8), addi(A2, 0, 4), ECALL];
    assert!(matches!(run_parts(&[&far, &halt()], &[]), Ok(outcome) if outcome.cycles == 8));
    let far = [addi(T0, 0, 2), addi(A0, 0, 13), addi(A1, 0, -16), addi(A2, 0, 4), ECALL];
    assert!(matches!(run_parts(&[&far, &halt()], &[]), Err(Stop::Fault(_))));
}

#[test]
fn hints_are_read_with_zeros_behind() {
    // Behind the data, where nothing was.
    let read = [addi(T0, 0, 0xf0), ECALL, addi(A1, T0, 0), data_address(A0), lui(A2, 0x1000)];
    let read = [&read[..], &[add(A0, A0, A2), addi(T0, 0, 0xf1), ECALL]].concat();
    let show = [addi(T0, 0, 2), addi(A1, A0, 0), addi(A0, 0, 13), addi(A2, 0, 24), ECALL];
    let parts = [&read[..], &show, &call(0xf0, &[]), &[addi(A0, T0, 0)]];
    let end = [addi(T0, 0, 0), ECALL];
    let outcome = run_parts(&[&parts.concat(), &end], &[vec![9; 8]]).expect("halts");
    let expected = [[9; 8], [0; 8], [0; 8]].concat();
    assert_eq!(outcome.public_values, expected);
    // An empty stdin has the length 2^64 - 1.
    assert_eq!(outcome.exit_code, u32::MAX);
}

#[test]
fn hint_read_is_refused_without_a_buffer_of_this_length() {
    assert!(refusal(&[&call(0xf1, &[0, 0])], &[]).contains("empty"));
    assert!(refusal(&[&call(0xf1, &[8, 4])], &[vec![0; 5]]).contains("length"));
    let result = run_parts(&[&call(0xf1, &[4, 5])], &[vec![0; 5]]);
    let kind = FaultKind::Misaligned { address: 4 };
    assert!(matches!(result, Err(Stop::Fault(fault)) if fault.kind == kind));
}

#[test]
fn a_guest_may_push_a_hint() {
    let parts = [&write(14, 0, 5)[..], &call(0xf0, &[]), &[addi(A0, T0, 0), addi(T0, 0, 0), ECALL]];
    assert_eq!(run_parts(&parts, &[vec![0; 9]]).expect("halts").exit_code, 5);
}

#[test]
fn commit_takes_eight_words_of_32_bits() {
    let parts = [call(0x10, &[7, 0x123]), call(0x10, &[0, 5]), call(0x1a, &[3, 0]), halt()];
    let outcome = run_parts(&parts.each_ref().map(Vec::as_slice), &[]).expect("halts");
    assert_eq!(outcome.digest, [5, 0, 0, 0, 0, 0, 0, 0x123]);
    assert!(refusal(&[&call(0x10, &[8, 0])], &[]).contains("ninth"));
    assert!(refusal(&[&call(0x10, &[0, -1])], &[]).contains("32 bits"));
}

#[test]
fn proofs_and_unknown_calls_are_unsupported_by_name() {
    for (call, name) in [
        (call(0x1b, &[0, 0]), "VERIFY_SP1_PROOF"),
        (call(0x1a, &[0, 1]), "COMMIT_DEFERRED_PROOFS"),
        (call(0x77, &[]), "0x77"),
    ] {
        let result = run_parts(&[&call], &[]);
        assert!(matches!(&result, Err(Stop::Unsupported(what)) if what.contains(name)), "{name}");
    }
}

#[test]
fn only_the_lower_half_of_the_number_counts_where_the_call_sets_t0() {
    let high = [addi(T0, 0, 1), slli(T0, T0, 32), addi(T0, T0, 0xf0), ECALL];
    let end = [addi(A0, T0, 0), addi(T0, 0, 0), ECALL];
    assert_eq!(run_parts(&[&high, &end], &[vec![0; 3]]).expect("halts").exit_code, 3);
}

#[test]
fn t0_holds_the_number_after_a_call() {
    let parts = [&call(0x10, &[0, 0])[..], &[addi(A0, T0, 0), addi(T0, 0, 0), ECALL]];
    assert_eq!(run_parts(&parts, &[]).expect("halts").exit_code, 0x10);
}

/// An unconstrained block that stores, changes registers, and writes.
fn unconstrained() -> Vec<u32> {
    let enter = [addi(7, 0, 1), data_address(8), addi(T0, 0, 3), ECALL];
    // To the end of the block where t0 is 0: after the exit.
    let skip = [branch(0, T0, 0, 4 * 11)];
    let body = [addi(7, 0, 99), sd(7, 8, 0)];
    [&enter[..], &skip, &body, &write(13, 0, 8), &call(4, &[])].concat()
}

#[test]
fn an_unconstrained_block_changes_outputs_alone() {
    let report = [sd(7, 8, 8)];
    let parts = [&unconstrained()[..], &report, &write(13, 0, 16), &halt()];
    let outcome = run_parts(&parts, &[]).expect("halts");
    let (seen, after) = outcome.public_values.split_at(8);
    assert_eq!(seen, 99_u64.to_le_bytes());
    assert_eq!(after[..8], [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(after[8..], 1_u64.to_le_bytes());
    // Three before the entry, the exit for the entry, the branch, the report, WRITE and HALT.
    assert_eq!(outcome.cycles, 3 + 1 + 1 + 1 + 6 + 3);
}

#[test]
fn an_unconstrained_block_may_only_write() {
    for call in [call(3, &[]), call(0, &[0]), call(0xf0, &[]), call(0x10, &[0, 0])] {
        assert!(refusal(&[&self::call(3, &[]), &call], &[]).contains("unconstrained"));
    }
    assert!(refusal(&[&call(4, &[])], &[]).contains("outside"));
}

#[test]
fn an_endless_unconstrained_block_ends_at_the_cycle_limit() {
    let image = program(&[&call(3, &[]), &[jal(0, 0)]]);
    let limits = Limits { cycles: 10_000, ..LIMITS };
    assert_eq!(run_both(&image, &[], &limits), Err(Stop::LimitCycles));
}

#[test]
fn endless_hints_end_at_the_memory_limit() {
    let again = [jal(0, -4 * 6)];
    let image = program(&[&write(14, 0, 2000), &again]);
    assert_eq!(run_both(&image, &[], &LIMITS), Err(Stop::LimitMemory));
}

/// WRITE of so many bytes of memory that nothing touches, by six instructions, after so many others.
fn write_far(descriptor: i32, length: u64, idle: usize) -> Vec<u32> {
    let high = (length + 0x800) & !0xfff;
    let low = (length as i32) - (high as i32);
    let head = [addi(T0, 0, 2), addi(A0, 0, descriptor), lui(A1, 0x4000_0000)];
    let tail = [lui(A2, high as u32), addi(A2, A2, low), ECALL];
    [&vec![addi(0, 0, 0); idle][..], &head, &tail].concat()
}

#[test]
fn write_beyond_the_allowance_is_paid_by_instructions_on_every_descriptor() {
    let ends = |descriptor, length, idle| {
        let limits = Limits { memory_bytes: 64 << 20, public_values_bytes: 1 << 40, ..LIMITS };
        run_both(&program(&[&write_far(descriptor, length, idle), &halt()]), &[], &limits)
    };
    for (descriptor, lines) in [(1, 256), (2, 256), (13, 0), (14, 0), (3, 0), (77, 0)] {
        // With those of the call.
        for idle in [0, 40] {
            let most = WRITE_ALLOWANCE + idle as u64 + 6 - lines;
            let outcome = ends(descriptor, most, idle).expect("halts");
            assert_eq!(outcome.written_bytes, most + lines, "{descriptor}");
            assert_eq!(ends(descriptor, most + 1, idle), Err(Stop::LimitWritten), "{descriptor}");
        }
    }
}

#[test]
fn write_of_an_unconstrained_block_is_paid_by_its_instructions_too() {
    let ends = |length, idle| {
        let body = write_far(77, length, idle);
        let skip = [branch(0, T0, 0, 4 * (1 + body.len() as i32 + 2))];
        run_parts(&[&call(3, &[]), &skip, &body, &call(4, &[]), &halt()], &[])
    };
    for idle in [0, 40] {
        // With the entry's number, the branch and those of the call.
        let most = WRITE_ALLOWANCE + 1 + 1 + idle as u64 + 6;
        assert_eq!(ends(most, idle).expect("halts").written_bytes, most);
        assert_eq!(ends(most + 1, idle), Err(Stop::LimitWritten));
    }
}

#[test]
fn lines_for_people_cost_more_than_their_bytes() {
    // The data holds each byte once in 256.
    let outcome = run_parts(&[&write(1, 0, 512), &halt()], &[]).expect("halts");
    assert_eq!(outcome.written_bytes, 512 + 256 * (1 + 2));
    let outcome = run_parts(&[&write(77, 0, 512), &halt()], &[]).expect("halts");
    assert_eq!(outcome.written_bytes, 512);
}

#[test]
fn what_calls_cost_sp1s_executors_is_counted() {
    let poseidon2 = [addi(T0, 0, 0x133), data_address(A0), addi(A1, 0, 0), ECALL];
    let rsa = write(17, 0, 768);
    let outcome = run_parts(&[&poseidon2, &rsa, &poseidon2, &halt()], &[]).expect("halts");
    let of_hook = attestor_precompiles::hook_cost(17, &[0; 768]);
    assert_eq!(outcome.call_cycles, 2 * attestor_precompiles::precompile_cost(0x133) + of_hook);
}

#[test]
fn what_unconstrained_blocks_do_is_counted() {
    let outcome = run_parts(&[&unconstrained(), &halt()], &[]).expect("halts");
    // The branch, the store with its constant, WRITE and the exit.
    assert_eq!(outcome.unconstrained_cycles, 1 + 2 + 6 + 2);
    assert_eq!((outcome.windows, outcome.block_windows), (1, 1 + 1));
    assert_eq!(outcome.written_bytes, 8);
}
