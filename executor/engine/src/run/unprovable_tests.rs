//! What SP1's circuits refuse, with the next thing that they accept, in both modes.

use attestor_precompiles::{CYCLE_CELLS, END_CELLS, Rule, SHARD_CELLS};

use crate::assembly::{
    A0, A1, BASE, DATA, ECALL, LIMITS, T0, add, addi, branch, call, data_address, i_type, jal,
    jalr, ld, lui, program, run_both, sd, slli,
};
use crate::outcome::{Outcome, Stop};

/// An end that a proof can show.
fn good_end() -> Vec<u32> {
    [call(0x1a, &[0, 0]), call(0, &[0])].concat()
}

fn outcome(parts: &[&[u32]], stdin: &[Vec<u8>]) -> Result<Outcome, Stop> {
    run_both(&program(&[&parts.concat(), &good_end()]), stdin, &LIMITS)
}

/// The rule that a program breaks, with the pc in words from the start.
fn broken(parts: &[&[u32]], stdin: &[Vec<u8>]) -> Option<(Rule, u64)> {
    match outcome(parts, stdin) {
        Ok(outcome) => outcome.unprovable.map(|end| (end.rule, (end.pc - BASE) / 4)),
        Err(Stop::Unprovable(unprovable)) => Some((unprovable.rule, (unprovable.pc - BASE) / 4)),
        Err(stop) => panic!("{stop}"),
    }
}

/// x6 = 2^16 + `distance`.
fn first_address(distance: i32) -> [u32; 2] {
    [lui(6, 0x1_0000), addi(6, 6, distance)]
}

#[test]
fn accesses_below_the_first_address() {
    for (access, size) in [(ld(7, 6, 0), 8), (sd(7, 6, 0), 8), (ld(0, 6, 0), 8)] {
        let low = Rule::LowAddress((1 << 16) - size);
        assert_eq!(broken(&[&first_address(-8), &[access]], &[]), Some((low, 2)));
        assert_eq!(broken(&[&first_address(0), &[access]], &[]), None);
    }
    assert_eq!(broken(&[&[sd(7, 0, 8)]], &[]), Some((Rule::LowAddress(8), 0)));
    assert_eq!(broken(&[&[addi(6, 0, -8), ld(7, 6, 8)]], &[]), Some((Rule::LowAddress(0), 1)));
}

#[test]
fn a_low_access_of_a_hot_loop_tells_its_pc_and_address() {
    // From 4000 doublewords above the first address downwards.
    let head = [lui(6, 0x1_8000), addi(6, 6, -768)];
    for access in [ld(7, 6, 0), sd(0, 6, 0), ld(6, 6, 0)] {
        let step = if access == ld(6, 6, 0) { addi(6, 0, 0) } else { addi(6, 6, -8) };
        let body = [addi(8, 8, 1), access, step, jal(0, -12)];
        let expected = if step == addi(6, 0, 0) { 0 } else { (1 << 16) - 8 };
        assert_eq!(broken(&[&head, &body], &[]), Some((Rule::LowAddress(expected), 3)));
    }
}

#[test]
fn low_accesses_of_an_unconstrained_block() {
    let block = [sd(7, 0, 8), ld(7, 0, 16), jal(0, 6), addi(0, 0, 0)];
    let skip = [branch(0, T0, 0, 4 * (block.len() as i32 + 3))];
    let parts = [&call(3, &[])[..], &skip, &block, &call(4, &[])];
    assert_eq!(broken(&parts, &[]), None);
    let after = [&parts.concat()[..], &[ld(7, 0, 8)]].concat();
    assert_eq!(broken(&[&after], &[]), Some((Rule::LowAddress(8), 2 + 1 + 4 + 2)));
}

#[test]
fn jumps_between_instructions() {
    let target = |words: u64| Rule::MisalignedJump(BASE + 4 * words + 2);
    for words in [&[jal(1, 6)][..], &[branch(0, 0, 0, 6)]] {
        let found = broken(&[words, &[addi(0, 0, 0)]], &[]).expect("refused").0;
        assert_eq!(found, target(1));
    }
    let through_register = [0x17 | 6 << 7, jalr(1, 6, 10)];
    assert_eq!(broken(&[&through_register], &[]).expect("refused").0, target(2));
    assert_eq!(broken(&[&[branch(1, 0, 0, 6)]], &[]), None);
    let odd = [0x17 | 6 << 7, jalr(1, 6, 9)];
    assert_eq!(broken(&[&odd], &[]), None);
}

#[test]
fn a_jump_between_instructions_out_of_a_hot_loop() {
    let body = [addi(6, 6, -1), branch(1, 6, 0, -4), jal(0, 6), addi(0, 0, 0)];
    let found = broken(&[&[lui(6, 0x1000)], &body], &[]).expect("refused").0;
    assert_eq!(found, Rule::MisalignedJump(BASE + 4 * 4 + 2));
}

#[test]
fn committed_words() {
    let commit = |index, word| call(0x10, &[index, word]);
    let again = |word| broken(&[&commit(3, 7), &commit(2, 1), &commit(3, word)], &[]);
    assert_eq!(again(7), None);
    assert_eq!(again(8), Some((Rule::CommitConflict(3), 4 * 3 - 1)));
    let deferred = |index| broken(&[&call(0x1a, &[index, 0])], &[]).map(|found| found.0);
    assert_eq!(deferred(7), None);
    for (index, value) in [(8, 8), (-1, u64::MAX)] {
        assert_eq!(deferred(index), Some(Rule::DeferredIndex(value)));
    }
}

#[test]
fn ends() {
    let end = |parts: &[&[u32]]| {
        let outcome = run_both(&program(parts), &[], &LIMITS);
        outcome.map(|outcome| outcome.unprovable.map(|end| end.rule))
    };
    assert_eq!(end(&[&call(0, &[0])]), Ok(Some(Rule::DeferredMissing)));
    assert_eq!(end(&[&call(0x1a, &[7, 0]), &call(0, &[0])]), Ok(None));
    let high = [addi(A0, 0, 1), slli(A0, A0, 32), addi(T0, 0, 0), ECALL];
    assert_eq!(broken(&[&high], &[]), Some((Rule::ExitCode(1 << 32), 3)));
    let negative = end(&[&call(0, &[-1])]);
    assert!(negative.is_ok(), "an exit code of its own");
}

#[test]
fn work_after_the_first_commit_of_a_run_of_several_shards() {
    let rounds = 1 << 18;
    let spin = [lui(6, rounds), addi(6, 6, -1), branch(1, 6, 0, -4)];
    assert!(2 * u64::from(rounds) * CYCLE_CELLS > SHARD_CELLS);
    // With the seven cycles of the end.
    let most = (END_CELLS / CYCLE_CELLS - 7) as usize;
    let commit = call(0x1a, &[0, 0]);
    let with = |before: &[u32], behind: &[u32]| {
        broken(&[before, &commit, behind], &[]).map(|found| found.0)
    };
    assert_eq!(with(&spin, &vec![addi(0, 0, 0); most]), None);
    let more = vec![addi(0, 0, 0); most + 1];
    let cells = (most as u64 + 8) * CYCLE_CELLS;
    assert_eq!(with(&spin, &more), Some(Rule::CommitEarly(cells)));
    assert_eq!(with(&[], &more), None);
}

#[test]
fn work_between_commits_of_a_run_of_several_shards() {
    let spin = [lui(6, 1 << 18), addi(6, 6, -1), branch(1, 6, 0, -4)];
    let commit = call(0x10, &[3, 7]);
    // With the second COMMIT and the end.
    let most = (END_CELLS / CYCLE_CELLS) as usize - commit.len() - 7;
    let with = |idle: usize| {
        broken(&[&spin, &commit, &vec![addi(0, 0, 0); idle], &commit], &[]).map(|found| found.0)
    };
    assert_eq!(with(most), None);
    let cells = (END_CELLS / CYCLE_CELLS + 1) * CYCLE_CELLS;
    assert_eq!(with(most + 1), Some(Rule::CommitEarly(cells)));
}

#[test]
fn work_after_the_first_commit_of_the_largest_run_of_one_shard() {
    let rounds = 0x3_8000;
    let spin = [lui(6, rounds), addi(6, 6, -1), branch(1, 6, 0, -4)];
    let commit = call(0x1a, &[0, 0]);
    let others = 1 + 2 * rounds as usize + commit.len() + 7;
    let most = (SHARD_CELLS / CYCLE_CELLS) as usize - others;
    assert!(most as u64 * CYCLE_CELLS > END_CELLS);
    let with = |idle: usize| {
        broken(&[&spin, &commit, &vec![addi(0, 0, 0); idle]], &[]).map(|found| found.0)
    };
    assert_eq!(with(most), None);
    assert!(matches!(with(most + 1), Some(Rule::CommitEarly(_))));
}

#[test]
fn precompiles_after_the_first_commit_of_a_run_of_several_shards() {
    let spin = [lui(6, 1 << 18), addi(6, 6, -1), branch(1, 6, 0, -4)];
    let keccak = [data_address(A0), addi(A1, 0, 0), lui(T0, 0x1_0000), addi(T0, T0, 0x109)];
    let call_it = [&keccak[..], &[ECALL]].concat();
    let with = |calls: usize| {
        let commit = call(0x1a, &[0, 0]);
        broken(&[&spin, &commit, &call_it.repeat(calls)], &[]).map(|found| found.0)
    };
    assert_eq!(with(3), None);
    assert!(matches!(with(4), Some(Rule::CommitEarly(_))));
}

#[test]
fn call_numbers_of_more_than_32_bits() {
    let number = |low: i32| [addi(T0, 0, 1), slli(T0, T0, 32), addi(T0, T0, low), ECALL];
    let rule = |low: u64| Some((Rule::CallNumber(1 << 32 | low), 3));
    for low in [0, 2, 0x10, 0x1a, 0xf1] {
        assert_eq!(broken(&[&number(low)], &[]), rule(low as u64));
    }
    assert_eq!(broken(&[&number(0xf0)], &[]), None);
    let skip = [branch(0, T0, 0, 4 * 5)];
    assert_eq!(broken(&[&number(3), &skip, &number(4)], &[]), None);
}

#[test]
fn precompiles_tell_their_name() {
    // POSEIDON2 of the data with a second argument.
    let parts = [&[data_address(A0), addi(A1, 0, 8), addi(T0, 0, 0x133), ECALL][..]];
    let Err(Stop::Unprovable(unprovable)) = outcome(&parts, &[]) else { panic!("accepted") };
    assert_eq!(unprovable.rule, Rule::SecondArgument(8));
    let said = unprovable.to_string();
    assert!(said.starts_with("POSEIDON2: second argument 0x8"), "{said}");
    assert!(said.ends_with(&format!("at pc {:#x}", BASE + 12)), "{said}");
}

#[test]
fn hints_over_memory_that_compiled_code_accessed() {
    // A hot loop goes through 500 words behind the data; then a hint comes 8 words after or before
    // the end.
    let count = [data_address(6), lui(7, 0x1_0000), add(6, 6, 7), addi(7, 0, 500)];
    for access in [ld(8, 6, 0), sd(0, 6, 0), i_type(0x03, 0, 8, 6, 7)] {
        let body = [access, addi(6, 6, 8), addi(7, 7, -1), branch(1, 7, 0, -12)];
        for (distance, rule) in
            [(0, None), (-8, Some(Rule::HintOverMemory(DATA + 0x1_0000 + 3992)))]
        {
            let hint = [addi(A0, 6, distance), addi(A1, 0, 5), addi(T0, 0, 0xf1), ECALL];
            let found = broken(&[&count, &body, &hint], &[vec![1; 5]]).map(|found| found.0);
            assert_eq!(found, rule);
        }
    }
}

#[test]
fn a_hint_that_ends_before_memory_that_compiled_code_accessed() {
    // A hot loop goes down through 500 words to the first one of a chunk, before which nothing is.
    let start = [data_address(6), lui(7, 0x2_0000), add(6, 6, 7), addi(6, 6, 2000)];
    let count = [addi(6, 6, 2000), addi(7, 0, 500)];
    let body = [addi(6, 6, -8), ld(8, 6, 0), addi(7, 7, -1), branch(1, 7, 0, -12)];
    let tail = Rule::HintTail(DATA + 0x2_0000);
    for (length, rule) in [(7, None), (8, Some(tail))] {
        let hint = [addi(A0, 6, -8), addi(A1, 0, length), addi(T0, 0, 0xf1), ECALL];
        let stdin = [vec![1; length as usize]];
        let found = broken(&[&start, &count, &body, &hint], &stdin).map(|found| found.0);
        assert_eq!(found, rule, "{length}");
    }
}

#[test]
fn first_rule_is_told_where_another_one_is_broken_behind() {
    // As above; behind the hint the program breaks a rule that needs no marks, or faults.
    let count = [data_address(6), lui(7, 0x1_0000), add(6, 6, 7), addi(7, 0, 500)];
    let body = [ld(8, 6, 0), addi(6, 6, 8), addi(7, 7, -1), branch(1, 7, 0, -12)];
    let hint = [addi(A0, 6, -8), addi(A1, 0, 5), addi(T0, 0, 0xf1), ECALL];
    for behind in [sd(0, 0, 8), sd(0, 0, -8)] {
        let found = broken(&[&count, &body, &hint, &[behind]], &[vec![1; 5]]);
        let over = Rule::HintOverMemory(DATA + 0x1_0000 + 3992);
        assert_eq!(found.map(|found| found.0), Some(over));
    }
}

#[test]
fn memory_of_precompiles_alone() {
    // KECCAK_PERMUTE behind the data, and loads of all but the last of its words, or of all.
    let head = [data_address(A0), lui(7, 0x1_0000), add(A0, A0, 7), addi(A1, 0, 0)];
    let keccak = [lui(T0, 0x1_0000), addi(T0, T0, 0x109), ECALL];
    for words in [24, 25] {
        let loads: Vec<u32> = (0..words).map(|word| ld(8, A0, 8 * word)).collect();
        let found = broken(&[&head, &keccak, &loads], &[]).map(|found| found.0);
        let left = Rule::PrecompileOnly(DATA + 0x1_0000 + 8 * 24);
        assert_eq!(found, (words == 24).then_some(left));
    }
}
