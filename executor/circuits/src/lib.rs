//! SP1's circuits, asked about a run.
//!
//! Nothing is executed here by our engine: SP1's own prover fills its tables from a run, and every
//! constraint, every lookup and every condition between shards is evaluated on them.
//!
//! A package of its own, as SP1's chips are generic: here is the code that takes minutes to compile.

mod air;
mod chips;
mod lookups;
mod shards;
mod transitions;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use sp1_core_executor::Program;

pub use chips::Circuit;

/// What the circuits say of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Provable,
    /// What does not hold, some of it.
    Refused(Vec<String>),
    /// SP1's own code gave up before its tables were full.
    Stopped(String),
}

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keep the places of panics instead of printing them.
pub fn catch_panics() {
    std::panic::set_hook(Box::new(|info| {
        LAST_PANIC.with(|last| last.replace(info.to_string().replace('\n', " ")));
    }));
}

/// Whether SP1's own prover can prove the run of a program.
pub fn ask(circuit: &Circuit, elf: &[u8], stdin: &[Vec<u8>]) -> Answer {
    let asked = catch_unwind(AssertUnwindSafe(|| {
        let program = Arc::new(Program::from(elf).map_err(|error| error.to_string())?);
        let records = shards::records(circuit, &program, stdin)?;
        Ok(circuit.problems(&program, &records))
    }));
    match asked {
        Ok(Ok(problems)) if problems.is_empty() => Answer::Provable,
        Ok(Ok(problems)) => Answer::Refused(problems),
        Ok(Err(why)) => Answer::Stopped(why),
        Err(_) => Answer::Stopped(LAST_PANIC.with(RefCell::take)),
    }
}
