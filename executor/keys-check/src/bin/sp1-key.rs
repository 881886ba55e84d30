//! `sp1-key ELF`: the verifying key by SP1's own prover, as one JSON line with what it took.

use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;
use sp1_core_executor::Program;

#[allow(unreachable_pub, reason = "a public module of engine-check's library")]
#[path = "../../../engine-check/src/process.rs"]
mod process;

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: sp1-key ELF");
        return ExitCode::FAILURE;
    };
    let elf = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let program = Program::from(&elf).expect("an ELF that SP1 takes");
    let words = attestor_keys_check::verifying_key(Arc::new(program));
    let mut fields = process::fields();
    fields.insert("words".to_owned(), json!(words));
    println!("{}", serde_json::Value::Object(fields));
    ExitCode::SUCCESS
}
