//! Run a program on SP1's JIT, to cross-check a run of ours.
//!
//! The JIT checks no bounds: a program can write its own result, or take over the process. So the
//! answer is evidence and nothing else, and never what is signed. That the program did nothing of the
//! kind our engine knows, which refuses every access out of bounds.

use sp1_core_executor::{MinimalExecutor, SupervisorMode};

use crate::engine_choice::Engine;
use crate::failure::{Class, Failure, guarded};
use crate::program;
use crate::run::Run;
use crate::serve::{Answer, Main, Request, Work};

/// What attestor-execute-jit does.
pub struct ExecuteJit;

impl Main for ExecuteJit {
    const WORK: Work = Work::Jit;

    /// Answer a request to run the ELF in blob 0 with the further blobs as stdin entries.
    fn answer(request: &Request) -> Result<Answer, Failure> {
        let (engine, elf, stdin) = request.to_execute()?;
        if engine != Engine::Sp1Jit || !request.cross_checks {
            return Err(Failure::new(Class::Crash, "this program only cross-checks, on sp1-jit"));
        }
        let program = program::load_to_run(elf)?;
        let run = guarded(Class::Crash, || {
            let mut executor = MinimalExecutor::<SupervisorMode>::simple(program);
            stdin.iter().for_each(|entry| executor.with_input(entry));
            while executor.execute_chunk().is_some() {}
            executor.is_done().then(|| result(executor))
        })?;
        let run =
            run.ok_or_else(|| Failure::new(Class::Crash, "the JIT stopped before the end"))?;
        Ok(run.answer(engine))
    }
}

/// Neither its cycles nor its public values are bounded here: they are compared with those of a run
/// that kept to all bounds.
fn result(executor: MinimalExecutor<SupervisorMode>) -> Run {
    Run {
        exit_code: executor.exit_code(),
        cycles: executor.global_clk(),
        digest: executor.public_value_digest(),
        public_values: executor.into_public_values_stream(),
        effort: None,
    }
}
