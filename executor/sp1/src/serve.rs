//! The life of a process: one request on stdin, one answer on stdout, the end.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::process::ExitCode;

use attestor_protocol::{Fields, FrameError};
use attestor_sandbox::Sandbox;
pub use attestor_sandbox::Work;
use serde_json::{Value, json};

use crate::confine::{self, Limits};
use crate::engine_choice::Engine;
use crate::failure::{Class, Failure, guarded, record_panics};
use crate::memory;

/// The version of all sp1-* crates, as pinned in Cargo.toml.
pub const SP1_VERSION: &str = "6.10.0";
/// Of requests.
const VERSION: u64 = 2;
/// All blobs of a request together; the memory limit is usually lower.
const MAX_REQUEST_BYTES: usize = 1 << 30;

/// A request whose limits are in force already.
pub struct Request {
    pub limits: Limits,
    /// Which engine is to run the program; a request for a key names none.
    pub engine: Option<Engine>,
    /// The run cross-checks one on the other engine, and nothing is signed for it alone.
    pub cross_checks: bool,
    pub blobs: Vec<Vec<u8>>,
}

/// What is to be executed: the engine, the ELF and the stdin entries.
type Execution<'a> = (Engine, &'a [u8], &'a [Vec<u8>]);

impl Request {
    /// The parts of a request to execute.
    pub(crate) fn to_execute(&self) -> Result<Execution<'_>, Failure> {
        let Some((elf, stdin)) = self.blobs.split_first() else {
            let why = "a request to execute carries the ELF as a blob";
            return Err(Failure::new(Class::Crash, why));
        };
        match self.engine {
            Some(engine) => Ok((engine, elf, stdin)),
            None => Err(Failure::new(Class::Crash, "a request to execute names an engine")),
        }
    }
}

/// The result of a request: header fields, and at most one blob.
pub struct Answer {
    pub fields: Fields,
    pub blob: Option<Vec<u8>>,
}

impl Answer {
    pub fn new<const N: usize>(fields: [(&str, Value); N], blob: Option<Vec<u8>>) -> Self {
        Self {
            fields: fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect(),
            blob,
        }
    }
}

/// What handles a request: a program's main part.
type Handle = fn(&Request) -> Result<Answer, Failure>;

/// Take the request from stdin and answer it by `handle`, which needs of the kernel what `work` says.
///
/// The exit code is 0 whenever an answer was written, also one that says no.
pub fn serve(work: Work, handle: Handle) -> ExitCode {
    record_panics();
    memory::share_heap();
    let Ok(stdout) = confine::take_stdout() else {
        return ExitCode::FAILURE;
    };
    memory::answer_on(stdout.as_raw_fd());
    let outcome = guarded(Class::Crash, || respond(work, stdout.as_raw_fd(), handle));
    let outcome = outcome.and_then(|outcome| outcome);
    let Ok(frame) = encode(outcome) else {
        return ExitCode::FAILURE;
    };
    if !memory::claim_answer() {
        return ExitCode::FAILURE;
    }
    match File::from(stdout).write_all(&frame) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// A request with `"report": "sandbox"` is about this process, and brings no program.
fn respond(work: Work, answer: RawFd, handle: Handle) -> Result<Answer, Failure> {
    confine::require_empty_environment()?;
    let mut sandbox = Sandbox::enter(answer).map_err(not_confined)?;
    let mut input = io::stdin().lock();
    let header = attestor_protocol::read_header(&mut input).map_err(bad_frame)?;
    if header.fields.get("version").and_then(Value::as_u64) != Some(VERSION) {
        return Err(Failure::new(Class::Crash, format!("request is not of version {VERSION}")));
    }
    let limits = Limits::parse(&header.fields)?;
    let engine = Engine::parse(&header.fields)?;
    let cross_checks = header.fields.get("cross_checks").and_then(Value::as_bool).unwrap_or(false);
    confine::confine(&limits, engine)?;
    sandbox.seal(work, answer).map_err(not_confined)?;
    require_walls(&sandbox, &header.fields)?;
    let blobs = attestor_protocol::read_blobs(&mut input, &header.sizes, MAX_REQUEST_BYTES)
        .map_err(bad_frame)?;
    attestor_protocol::read_end(&mut input).map_err(bad_frame)?;
    if header.fields.get("report").is_some_and(|report| report == "sandbox") {
        return Ok(report(&sandbox));
    }
    handle(&Request { limits, engine, cross_checks, blobs })
}

/// Those that stood when the service started, and that it therefore relies on.
fn require_walls(sandbox: &Sandbox, fields: &Fields) -> Result<(), Failure> {
    let names = fields.get("walls").and_then(Value::as_array).into_iter().flatten();
    match names.map(|name| name.as_str().unwrap_or("")).find(|name| !sandbox.stands(name)) {
        None => Ok(()),
        Some(name) => Err(Failure::new(Class::Crash, format!("the wall {name:?} does not stand"))),
    }
}

fn report(sandbox: &Sandbox) -> Answer {
    let (walls, abi) = (json!(sandbox.walls), json!(sandbox.landlock_abi));
    Answer::new([("walls", walls), ("landlock_abi", abi), ("sp1", json!(SP1_VERSION))], None)
}

fn bad_frame(error: FrameError) -> Failure {
    Failure::new(Class::Crash, error.to_string())
}

fn not_confined(error: io::Error) -> Failure {
    Failure::new(Class::Crash, format!("cannot confine the process: {error}"))
}

fn encode(outcome: Result<Answer, Failure>) -> Result<Vec<u8>, FrameError> {
    let (ok, mut fields, blob) = match outcome {
        Ok(answer) => (true, answer.fields, answer.blob),
        Err(failure) => {
            let mut fields = Fields::new();
            fields.insert("class".into(), failure.class.name().into());
            fields.insert("detail".into(), failure.detail.into());
            failure.rule.map(|rule| fields.insert("rule".into(), rule.into()));
            (false, fields, None)
        }
    };
    fields.insert("ok".into(), ok.into());
    let blobs: Vec<&[u8]> = blob.iter().map(Vec::as_slice).collect();
    attestor_protocol::encode(fields, &blobs)
}
