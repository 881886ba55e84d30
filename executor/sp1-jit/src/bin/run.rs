//! `sp1-jit-run ELF [FILE…]`: run a trusted program on SP1's JIT; each file is a stdin entry.
//!
//! Prints one JSON line. Where the program faults, this process dies as the JIT lets it.

use std::process::ExitCode;
use std::sync::Arc;

use sp1_core_executor::{MinimalExecutorEnum, Program};

#[path = "../../../engine-check/src/process.rs"]
mod process;
#[path = "../../../engine-check/src/report.rs"]
mod report;

fn main() -> ExitCode {
    let mut files = std::env::args_os().skip(1).map(|path| {
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    });
    let Some(elf) = files.next() else {
        eprintln!("usage: sp1-jit-run ELF [FILE…]: each file is one entry of the stdin");
        return ExitCode::FAILURE;
    };
    let program = Program::from(&elf).expect("an ELF that SP1 takes");
    let mut executor = MinimalExecutorEnum::new(Arc::new(program), false, None);
    files.for_each(|entry| executor.with_input(&entry));
    while executor.execute_chunk().is_some() {}
    let run = report::Run {
        engine: "sp1-jit",
        cycles: executor.global_clk(),
        exit_code: executor.exit_code(),
        digest: executor.public_value_digest(),
        public_values: executor.public_values_stream(),
    };
    println!("{}", serde_json::Value::Object(run.fields()));
    ExitCode::SUCCESS
}
