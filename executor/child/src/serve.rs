//! The life of a process: one request on stdin, one answer on stdout, the end.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::process::ExitCode;

use attestor_protocol::{Fields, FrameError};
use attestor_sandbox::{Sandbox, Work};
use serde_json::{Value, json};

use crate::attached::Beginning;
use crate::confine::{self, Bounds};
use crate::failure::{Class, Failure, guarded, record_panics};
use crate::memory;

/// All blobs of a request together; the memory limit is usually lower.
const MAX_REQUEST_BYTES: usize = 1 << 30;

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

/// What makes a program of this its own.
pub trait Program {
    type Class: Class;
    /// What it reads of a request's header.
    type Call;
    /// The version of its requests.
    const VERSION: u64;
    /// What it needs of the kernel.
    const WORK: Work;

    /// Read a header, before any blob.
    fn read(fields: &Fields) -> Result<Self::Call, Failure<Self::Class>>;

    /// Take what was attached to the request, before the bounds are in force.
    fn attach(
        _call: &mut Self::Call,
        _attached: &'static [u8],
    ) -> Result<(), Failure<Self::Class>> {
        Err(Failure::crash("this program takes nothing attached"))
    }

    /// The bounds in which the call is answered.
    fn bounds(call: &Self::Call) -> Bounds;

    /// Answer a call, with the bounds in force.
    fn answer(call: Self::Call, blobs: Vec<Vec<u8>>) -> Result<Answer, Failure<Self::Class>>;

    /// What a report about the process says of the program.
    fn about() -> Fields {
        Fields::new()
    }
}

/// Take the request from stdin and answer it.
///
/// The exit code is 0 whenever an answer was written, also one that says no.
pub fn serve<P: Program>() -> ExitCode {
    record_panics();
    memory::share_heap();
    let Ok(stdout) = confine::take_stdout() else {
        return ExitCode::FAILURE;
    };
    memory::answer_on(stdout.as_raw_fd());
    let outcome = guarded(P::Class::CRASH, || respond::<P>(stdout.as_raw_fd()));
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

/// A request with `"report": "sandbox"` is about this process, and its blobs do not count.
fn respond<P: Program>(answer: RawFd) -> Result<Answer, Failure<P::Class>> {
    confine::require_empty_environment()?;
    let mut sandbox = Sandbox::enter(answer).map_err(not_confined)?;
    let Beginning { bytes, attachment } = Beginning::take().map_err(no_request)?;
    let mut input = bytes.as_slice().chain(io::stdin().lock());
    let header = attestor_protocol::read_header(&mut input).map_err(bad_frame)?;
    if header.fields.get("version").and_then(Value::as_u64) != Some(P::VERSION) {
        return Err(Failure::crash(format!("request is not of version {}", P::VERSION)));
    }
    let mut call = P::read(&header.fields)?;
    if let Some(attached) = attachment.blob(&header.fields)? {
        P::attach(&mut call, attached)?;
    }
    P::bounds(&call).apply()?;
    sandbox.seal(P::WORK, answer).map_err(not_confined)?;
    require_walls(&sandbox, &header.fields)?;
    let blobs = attestor_protocol::read_blobs(&mut input, &header.sizes, MAX_REQUEST_BYTES)
        .map_err(bad_frame)?;
    attestor_protocol::read_end(&mut input).map_err(bad_frame)?;
    if header.fields.get("report").is_some_and(|report| report == "sandbox") {
        return Ok(report(&sandbox, P::about()));
    }
    P::answer(call, blobs)
}

/// Those that stood when the service started, and that it therefore relies on.
fn require_walls<C: Class>(sandbox: &Sandbox, fields: &Fields) -> Result<(), Failure<C>> {
    let names = fields.get("walls").and_then(Value::as_array).into_iter().flatten();
    match names.map(|name| name.as_str().unwrap_or("")).find(|name| !sandbox.stands(name)) {
        None => Ok(()),
        Some(name) => Err(Failure::crash(format!("the wall {name:?} does not stand"))),
    }
}

fn report(sandbox: &Sandbox, about: Fields) -> Answer {
    let (walls, abi) = (json!(sandbox.walls), json!(sandbox.landlock_abi));
    let mut answer = Answer::new([("walls", walls), ("landlock_abi", abi)], None);
    answer.fields.extend(about);
    answer
}

fn bad_frame<C: Class>(error: FrameError) -> Failure<C> {
    Failure::crash(error.to_string())
}

fn no_request<C: Class>(error: io::Error) -> Failure<C> {
    Failure::crash(format!("cannot take the request: {error}"))
}

fn not_confined<C: Class>(error: io::Error) -> Failure<C> {
    Failure::crash(format!("cannot confine the process: {error}"))
}

fn encode<C: Class>(outcome: Result<Answer, Failure<C>>) -> Result<Vec<u8>, FrameError> {
    let (ok, mut fields, blob) = match outcome {
        Ok(answer) => (true, answer.fields, answer.blob),
        Err(failure) => {
            let mut fields = failure.fields;
            fields.insert("class".into(), failure.class.name().into());
            fields.insert("detail".into(), failure.detail.into());
            (false, fields, None)
        }
    };
    fields.insert("ok".into(), ok.into());
    let blobs: Vec<&[u8]> = blob.iter().map(Vec::as_slice).collect();
    attestor_protocol::encode(fields, &blobs)
}
