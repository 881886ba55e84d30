//! `engine-run ENGINE ELF [FILE…]`: run a program once; each file is a stdin entry.
//!
//! The engine is `attestor`, `attestor-twice` (the second run of one image is timed),
//! `attestor-interpreter`, or `sp1-portable`; `key` computes our verifying key instead. Prints one
//! JSON line.

use std::process::ExitCode;

use attestor_engine::{Image, Mode};
use attestor_engine_check::outcome::{End, Halted, Run};
use attestor_engine_check::process::{self, cpu_seconds};
use attestor_engine_check::{attestor, report, sp1_portable};
use serde_json::{Map, Value, json};

const CYCLES: u64 = 1 << 40;
const PORTABLE_MEMORY_BYTES: u64 = 1 << 32;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let engine = arguments.next().unwrap_or_default().to_string_lossy().into_owned();
    let mut files = arguments
        .map(|path| std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display())));
    let result = files
        .next()
        .unwrap_or_else(|| Err("usage: engine-run ENGINE ELF [FILE…]".to_owned()))
        .and_then(|elf| Ok((elf, files.collect::<Result<Vec<_>, _>>()?)))
        .and_then(|(elf, stdin)| run(&engine, &elf, &stdin));
    match result {
        Ok(fields) => {
            println!("{}", Value::Object(fields));
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("engine-run: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(engine: &str, elf: &[u8], stdin: &[Vec<u8>]) -> Result<Map<String, Value>, String> {
    match engine {
        "attestor" => run_attestor(elf, stdin, Mode::Tiered, 1),
        "attestor-twice" => run_attestor(elf, stdin, Mode::Tiered, 2),
        "attestor-interpreter" => run_attestor(elf, stdin, Mode::InterpreterOnly, 1),
        "sp1-portable" => run_portable(elf, stdin),
        "key" => key(elf),
        other => Err(format!("no engine: {other:?}")),
    }
}

fn run_attestor(
    elf: &[u8],
    stdin: &[Vec<u8>],
    mode: Mode,
    times: u32,
) -> Result<Map<String, Value>, String> {
    let image = Image::parse(elf).map_err(|error| format!("{error:?}"))?;
    let limits = attestor::wide_limits(CYCLES);
    let mut last = None;
    for _ in 0..times {
        let started = cpu_seconds();
        let outcome = attestor_engine::run(&image, stdin, &limits, mode)
            .map_err(|stop| format!("{stop:?}"))?;
        last = Some((outcome, cpu_seconds() - started));
    }
    let (outcome, last_seconds) = last.ok_or("no run")?;
    let measured = [
        ("compile_seconds", json!(outcome.compile_seconds)),
        ("compiled_instructions", json!(outcome.compiled_instructions)),
        ("touched_pages", json!(outcome.touched_pages)),
        ("last_run_cpu_seconds", json!(last_seconds)),
    ];
    let mut fields = halted_fields("attestor", &attestor::halted(outcome));
    fields.extend(measured.map(|(name, value)| (name.to_owned(), value)));
    Ok(fields)
}

fn run_portable(elf: &[u8], stdin: &[Vec<u8>]) -> Result<Map<String, Value>, String> {
    let Run { end, detail } = sp1_portable::run(elf, stdin, PORTABLE_MEMORY_BYTES);
    match end {
        End::Halted(halted) => Ok(halted_fields("sp1-portable", &halted)),
        end => Err(format!("{end:?}: {detail}")),
    }
}

fn halted_fields(engine: &str, halted: &Halted) -> Map<String, Value> {
    report::Run {
        engine,
        cycles: halted.cycles,
        exit_code: halted.exit_code,
        digest: halted.digest,
        public_values: &halted.public_values,
    }
    .fields()
}

fn key(elf: &[u8]) -> Result<Map<String, Value>, String> {
    let program = sp1_portable::load(elf).ok_or("SP1 does not take this ELF")?;
    let words = attestor_keys::verifying_key(&program);
    Ok(process::fields().into_iter().chain([("words".to_owned(), json!(words))]).collect())
}
