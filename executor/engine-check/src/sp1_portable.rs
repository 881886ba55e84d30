//! SP1's portable executor, which defines what a program does.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Once};

use sp1_core_executor::{
    ExecutionError, MinimalExecutor, OutputConsumers, Program, SupervisorMode,
    with_output_consumers,
};
use tokio::sync::watch;

use crate::outcome::{End, Halted, Run};

/// Load the program; `None` where SP1 does not take the ELF.
pub fn load(elf: &[u8]) -> Option<Arc<Program>> {
    silently(|| Program::from(elf).ok()).ok().flatten().map(Arc::new)
}

/// Run a program to its end. It must have one: this executor has no limit of cycles.
pub fn run(elf: &[u8], stdin: &[Vec<u8>], memory_bytes: u64) -> Run {
    let Some(program) = load(elf) else {
        return Run { end: End::NoProgram, detail: "SP1 does not load it".into() };
    };
    let started = executor(program, stdin, memory_bytes);
    let outcome = silently(|| {
        let mut executor = started;
        executor.try_execute_chunk().map(|_| executor)
    });
    match outcome {
        Ok(Ok(executor)) => Run { end: End::Halted(halted(executor)), detail: String::new() },
        Ok(Err(error @ ExecutionError::TooMuchMemory())) => {
            Run { end: End::LimitMemory, detail: error.to_string() }
        }
        Ok(Err(error)) => Run { end: End::Fault, detail: error.to_string() },
        Err(panic) => Run { end: End::Fault, detail: message(&*panic) },
    }
}

/// An executor that has not started yet.
pub fn executor(
    program: Arc<Program>,
    stdin: &[Vec<u8>],
    memory_bytes: u64,
) -> MinimalExecutor<SupervisorMode> {
    let mut executor =
        MinimalExecutor::<SupervisorMode>::new_with_limit(program, false, None, Some(memory_bytes));
    stdin.iter().for_each(|entry| executor.with_input(entry));
    executor
}

thread_local! {
    static SILENT: Cell<bool> = const { Cell::new(false) };
}

/// Without what the program or a panic of SP1 prints: both are results here.
pub fn silently<T>(work: impl FnOnce() -> T) -> std::thread::Result<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !SILENT.get() {
                usual(info);
            }
        }));
    });
    let (sender, _receiver) = watch::channel(String::new());
    let consumers = OutputConsumers { stdout: Some(sender.clone()), stderr: Some(sender) };
    SILENT.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(|| with_output_consumers(&consumers, work)));
    SILENT.set(false);
    result
}

fn halted(executor: MinimalExecutor<SupervisorMode>) -> Halted {
    Halted {
        exit_code: executor.exit_code(),
        cycles: executor.global_clk(),
        digest: executor.public_value_digest(),
        public_values: executor.into_public_values_stream(),
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic").to_owned()
}
