//! A stand-in for a guest that has taken over its executor: one request names the way out that it
//! tries, and which of our own walls are skipped. The answer says how far it came.
//!
//! What ends this process instead of an answer (SIGSYS) its parent sees.

mod attempts;
mod kernel;
mod memory;
mod network;
mod outcome;
mod parent;
mod processes;

use std::io::{self, Write};
use std::process::ExitCode;

use attestor_protocol::{Fields, Header};
use attestor_sandbox::{Sandbox, Work};
use libc::pid_t;
use serde_json::{Value, json};

const STDOUT: i32 = 1;

fn main() -> ExitCode {
    let parent = std::os::unix::process::parent_id();
    let fields = match answer(parent) {
        Ok(fields) => fields,
        Err(error) => Fields::from_iter([("error".into(), json!(error))]),
    };
    let written = attestor_protocol::encode(fields, &[])
        .map_err(|error| error.to_string())
        .and_then(|frame| io::stdout().write_all(&frame).map_err(|error| error.to_string()));
    written.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}

fn answer(parent: u32) -> Result<Fields, String> {
    let header = receive(&mut io::stdin().lock())?;
    if header.fields.get("list").is_some() {
        let names = attempts::ALL.iter().map(|attempt| json!(attempt.name)).collect();
        return Ok(Fields::from_iter([("attempts".into(), Value::Array(names))]));
    }
    let text = |name: &str| header.fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let attempt = find(text("attempt"))?;
    confine(text("walls"))?;
    Ok(match attempt(parent.cast_signed()) {
        Ok(left_behind) => Fields::from_iter([
            ("reached".into(), json!(true)),
            ("left_behind".into(), json!(left_behind)),
        ]),
        Err(error) => Fields::from_iter([
            ("reached".into(), json!(false)),
            ("errno".into(), json!(error.raw_os_error().unwrap_or(0))),
        ]),
    })
}

/// The attempt of this name; `call_57` makes the system call of that number, whatever it is.
fn find(name: &str) -> Result<Box<dyn Fn(pid_t) -> io::Result<pid_t>>, String> {
    if let Some(number) = name.strip_prefix("call_").and_then(|number| number.parse().ok()) {
        return Ok(Box::new(move |_| kernel::call_by_number(number)));
    }
    let mut known = attempts::ALL.iter().chain(attempts::UNLISTED);
    let found = known.find(|attempt| attempt.name == name);
    found
        .map(|attempt| Box::new(attempt.try_it) as Box<_>)
        .ok_or_else(|| format!("there is no attempt {name:?}"))
}

/// Those walls that a takeover would find, or fewer: none at all shows that an attempt is one.
fn confine(walls: &str) -> Result<(), String> {
    let work = match walls {
        "none" => return Ok(()),
        "outer" => None,
        "run" => Some(Work::Run),
        "jit" => Some(Work::Jit),
        "compute" => Some(Work::Compute),
        "decode" => Some(Work::Decode),
        _ => return Err(format!("there are no walls {walls:?}")),
    };
    let mut sandbox = Sandbox::enter(STDOUT).map_err(|error| error.to_string())?;
    work.map_or(Ok(()), |work| sandbox.seal(work, STDOUT)).map_err(|error| error.to_string())
}

fn receive(input: &mut impl io::Read) -> Result<Header, String> {
    let header = attestor_protocol::read_header(input).map_err(|error| error.to_string())?;
    attestor_protocol::read_end(input).map_err(|error| error.to_string())?;
    Ok(header)
}
