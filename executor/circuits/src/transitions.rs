//! What a verifier asks of the shards together.
//!
//! Source: `SP1Verifier::verify` of sp1-prover 6.4.0, crates/prover/src/verify.rs; the recursion
//! that makes the final proof asks the same.

use std::borrow::{Borrow, BorrowMut};

use slop_algebra::AbstractField;
use sp1_core_executor::{HALT_PC, Program};
use sp1_core_machine::riscv::MAX_NUMBER_OF_SHARDS;
use sp1_hypercube::air::{MachineProgram, PublicValues};
use sp1_primitives::SP1Field;

type Values = PublicValues<[SP1Field; 4], [SP1Field; 3], [SP1Field; 4], SP1Field>;

const WORDS: usize = size_of::<Values>() / size_of::<SP1Field>();

pub(super) fn problems(
    program: &Program,
    shards: usize,
    public_values: &[Vec<SP1Field>],
) -> Vec<String> {
    let (zero, one) = (SP1Field::zero(), SP1Field::one());
    let mut sum = MachineProgram::<SP1Field>::initial_global_cumulative_sum(program);
    let mut problems = Vec::new();
    let mut firsts = 0;
    // As if a shard had ended where a program starts.
    let mut words = [zero; WORDS];
    let start: &mut Values = words.as_mut_slice().borrow_mut();
    start.last_timestamp = [zero, zero, zero, one];
    start.next_pc = MachineProgram::<SP1Field>::pc_start(program);
    let mut last = *start;
    for values in public_values {
        let next: &Values = values.as_slice().borrow();
        problems.extend(gaps(&last, next));
        firsts += usize::from(next.is_first_execution_shard == one);
        sum = sum + next.global_cumulative_sum;
        last = *next;
    }
    let halted = [SP1Field::from_canonical_u64(HALT_PC), zero, zero];
    let ends = [
        (firsts == 1, "there is not exactly one first shard"),
        (last.next_pc == halted, "the program did not halt"),
        (last.last_init_addr != [zero; 3], "no memory was initialized"),
        (last.last_finalize_addr != [zero; 3], "no memory was finalized"),
        (last.commit_syscall == one, "COMMIT was never called"),
        (last.commit_deferred_syscall == one, "COMMIT_DEFERRED_PROOFS was never called"),
        (shards < MAX_NUMBER_OF_SHARDS, "there are too many shards"),
        // Those who rely on a proof ask for these.
        (last.exit_code == zero, "the exit code is not 0"),
        (last.deferred_proofs_digest == [zero; 8], "proofs of other programs are claimed"),
        (sum.is_zero(), "the messages between shards do not cancel out"),
    ];
    problems.extend(failed(&ends));
    problems
}

/// What the one shard leaves must be what the next one begins with.
fn gaps(last: &Values, next: &Values) -> Vec<String> {
    failed(&[
        (last.last_timestamp == next.initial_timestamp, "timestamps have a gap"),
        (last.next_pc == next.pc_start, "pcs have a gap"),
        (last.exit_code == next.prev_exit_code, "the exit code changes"),
        (last.last_init_addr == next.previous_init_addr, "initialization has a gap"),
        (last.last_finalize_addr == next.previous_finalize_addr, "finalization has a gap"),
        (
            last.committed_value_digest == next.prev_committed_value_digest,
            "the committed digest changes",
        ),
        (
            last.deferred_proofs_digest == next.prev_deferred_proofs_digest,
            "the deferred digest changes",
        ),
        (last.commit_syscall == next.prev_commit_syscall, "COMMIT is forgotten"),
        (
            last.commit_deferred_syscall == next.prev_commit_deferred_syscall,
            "COMMIT_DEFERRED_PROOFS is forgotten",
        ),
    ])
}

fn failed(conditions: &[(bool, &str)]) -> Vec<String> {
    let failed = conditions.iter().filter(|(holds, _)| !holds);
    failed.map(|(_, text)| (*text).to_owned()).collect()
}
