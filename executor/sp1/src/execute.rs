//! Run a program on SP1's portable interpreter.
//!
//! SP1's other engine, the JIT for x86-64, checks no bounds: a program could write its own
//! result, or take over the process. It is compiled out by the feature `profiling`. Its
//! `MinimalExecutor` has neither `new_with_limit` nor `try_execute_chunk`, so that this file does
//! not compile with it.

use serde_json::json;
use sp1_core_executor::{ExecutionError, MinimalExecutor, SupervisorMode};

use crate::SP1_VERSION;
use crate::failure::{Class, Failure, guarded};
use crate::program;
use crate::serve::{Answer, Request};

const ENGINE: &str = "sp1-portable";

/// Answer a request to run the ELF in blob 0 with the further blobs as stdin entries.
pub fn answer(request: &Request) -> Result<Answer, Failure> {
    let Some((elf, stdin)) = request.blobs.split_first() else {
        return Err(Failure::new(Class::Crash, "a request to execute carries the ELF as a blob"));
    };
    let program = program::load(elf)?;
    let executor = guarded(Class::GuestFault, || {
        // The limit also switches SP1's checks of addresses on; the address space is the real one.
        let limit = Some(request.limits.memory_bytes);
        let mut executor =
            MinimalExecutor::<SupervisorMode>::new_with_limit(program, false, None, limit);
        stdin.iter().for_each(|entry| executor.with_input(entry));
        executor.try_execute_chunk().map(|_| executor)
    })?
    .map_err(|error| fault(&error))?;
    result(executor, request.limits.public_values_bytes)
}

fn result(executor: MinimalExecutor<SupervisorMode>, max_bytes: u64) -> Result<Answer, Failure> {
    if !executor.is_done() {
        return Err(Failure::new(Class::Crash, "the engine stopped before the program halted"));
    }
    let length = executor.public_values_stream().len() as u64;
    if length > max_bytes {
        return Err(Failure::new(
            Class::LimitOutput,
            format!("{length} bytes of public values, at most {max_bytes}"),
        ));
    }
    let digest: String = executor
        .public_value_digest()
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let fields = [
        ("exit_code", json!(executor.exit_code())),
        ("cycles", json!(executor.global_clk())),
        ("digest", json!(digest)),
        ("engine", json!(ENGINE)),
        ("sp1", json!(SP1_VERSION)),
    ];
    Ok(Answer::new(fields, Some(executor.into_public_values_stream())))
}

fn fault(error: &ExecutionError) -> Failure {
    let class = match error {
        ExecutionError::TooMuchMemory() => Class::LimitMemory,
        _ => Class::GuestFault,
    };
    Failure::new(class, error.to_string())
}
