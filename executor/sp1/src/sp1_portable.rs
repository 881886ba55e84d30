//! Run a program on SP1's portable interpreter.
//!
//! SP1's other engine, the JIT for x86-64, checks no bounds: a program could write its own
//! result, or take over the process. It is compiled out by the feature `profiling`. Its
//! `MinimalExecutor` has neither `new_with_limit` nor `try_execute_chunk`, so that this file does
//! not compile with it.

use std::sync::Arc;

use sp1_core_executor::{ExecutionError, MinimalExecutor, Program, SupervisorMode};

use crate::confine::Limits;
use crate::failure::{Class, Failure, guarded};
use crate::run::Run;

/// Run until the program halts.
///
/// The interpreter cannot stop at a cycle: a run over the limit is found out only at its end,
/// and CPU time is what ends one that goes on.
pub(crate) fn run(
    program: Arc<Program>,
    stdin: &[Vec<u8>],
    limits: &Limits,
) -> Result<Run, Failure> {
    let executor = guarded(Class::GuestFault, || {
        // The limit also switches SP1's checks of addresses on; the address space is the real one.
        let limit = Some(limits.memory_bytes);
        let mut executor =
            MinimalExecutor::<SupervisorMode>::new_with_limit(program, false, None, limit);
        stdin.iter().for_each(|entry| executor.with_input(entry));
        executor.try_execute_chunk().map(|_| executor)
    })?
    .map_err(|error| fault(&error))?;
    result(executor, limits)
}

fn result(executor: MinimalExecutor<SupervisorMode>, limits: &Limits) -> Result<Run, Failure> {
    if !executor.is_done() {
        return Err(Failure::new(Class::Crash, "the engine stopped before the program halted"));
    }
    let cycles = executor.global_clk();
    require_at_most(Class::LimitCycles, cycles, limits.cycles, "cycles")?;
    let length = executor.public_values_stream().len() as u64;
    let most = limits.public_values_bytes;
    require_at_most(Class::LimitOutput, length, most, "bytes of public values")?;
    Ok(Run {
        exit_code: executor.exit_code(),
        cycles,
        digest: executor.public_value_digest(),
        public_values: executor.into_public_values_stream(),
        effort: None,
    })
}

fn require_at_most(class: Class, value: u64, most: u64, what: &str) -> Result<(), Failure> {
    if value <= most {
        return Ok(());
    }
    Err(Failure::new(class, format!("{value} {what}, at most {most}")))
}

fn fault(error: &ExecutionError) -> Failure {
    let class = match error {
        ExecutionError::TooMuchMemory() => Class::LimitMemory,
        _ => Class::GuestFault,
    };
    Failure::new(class, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bound_itself_is_allowed_and_one_more_is_named() {
        assert_eq!(require_at_most(Class::LimitCycles, 7, 7, "cycles"), Ok(()));
        let failure = require_at_most(Class::LimitCycles, 8, 7, "cycles").unwrap_err();

        assert_eq!(failure.class, Class::LimitCycles);
        assert_eq!(failure.detail, "8 cycles, at most 7");
    }
}
