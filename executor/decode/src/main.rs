//! One body on stdin, its bytes on stdout, the end.
//!
//! The request is a frame (`attestor_protocol`) with `version` and `limits` (`cpu_seconds`,
//! `memory_bytes`), whose one blob is the body. The answer has the program and the entries of stdin
//! as blobs; or `ok` false with `class` and `detail`. A process that ran out of memory or time gives
//! none: its parent sees that by its exit status.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use attestor_decode::{Bytes, Request};
use attestor_protocol::{Fields, Header};
use attestor_sandbox::{Sandbox, Work, limit};
use rustix::process::Resource;
use serde_json::{Value, json};

const VERSION: u64 = 1;
const STDOUT: i32 = 1;
const MAX_OPEN_FILES: u64 = 8;
/// serde repeats what it did not expect, such as a string of the body.
const MAX_DETAIL_CHARS: usize = 300;

fn main() -> ExitCode {
    match respond(&mut io::stdin().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// What fails here is this process or its parent, never the body.
fn respond(input: &mut impl Read) -> Result<(), Box<dyn std::error::Error>> {
    let mut sandbox = Sandbox::enter(STDOUT)?;
    let header = attestor_protocol::read_header(input)?;
    let length = confine(&header)?;
    sandbox.seal(Work::Decode, STDOUT)?;
    match attestor_decode::read(input.take(length)) {
        Ok(request) => answer(&request),
        Err(detail) => refuse(&detail),
    }
}

/// Put the limits of the request in force; the length of its body in bytes.
fn confine(header: &Header) -> Result<u64, String> {
    let number = |value: Option<&Value>, name: &str| {
        value.and_then(Value::as_u64).ok_or_else(|| format!("the request has no {name}"))
    };
    let limits = header.fields.get("limits");
    let of_limits = |name: &str| number(limits.and_then(|limits| limits.get(name)), name);
    if number(header.fields.get("version"), "version")? != VERSION {
        return Err(format!("the request is not of version {VERSION}"));
    }
    let [length] = header.sizes[..] else {
        return Err("the request has not one blob".into());
    };
    let (seconds, memory) = (of_limits("cpu_seconds")?, of_limits("memory_bytes")?);
    let bounds = [
        (Resource::Fsize, 0, 0),
        (Resource::Nofile, MAX_OPEN_FILES, MAX_OPEN_FILES),
        (Resource::Cpu, seconds, seconds.saturating_add(1)),
        (Resource::As, memory, memory),
    ];
    for (resource, soft, hard) in bounds {
        limit(resource, soft, hard).map_err(|error| format!("cannot set {resource:?}: {error}"))?;
    }
    Ok(length as u64)
}

fn answer(request: &Request) -> Result<(), Box<dyn std::error::Error>> {
    let blobs: Vec<&Bytes> = [&request.elf].into_iter().chain(&request.stdin.buffer.0).collect();
    let sizes = blobs.iter().map(|blob| blob.0.len()).collect();
    let fields = Fields::from_iter([("ok".into(), json!(true))]);
    let mut output = io::stdout().lock();
    output.write_all(&attestor_protocol::encode_header(fields, sizes)?)?;
    for blob in blobs {
        output.write_all(&blob.0)?;
    }
    Ok(output.flush()?)
}

fn refuse(detail: &str) -> Result<(), Box<dyn std::error::Error>> {
    let detail: String = detail.chars().take(MAX_DETAIL_CHARS).collect();
    let fields = [("ok", json!(false)), ("class", json!("invalid")), ("detail", json!(detail))];
    let fields = fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect();
    let mut output = io::stdout().lock();
    output.write_all(&attestor_protocol::encode_header(fields, Vec::new())?)?;
    Ok(output.flush()?)
}
