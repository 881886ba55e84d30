//! Requests and answers of the programs here.

use std::marker::PhantomData;
use std::process::ExitCode;

pub use attestor_child::{Answer, Work};
use attestor_child::{Bounds, Program};
use attestor_protocol::Fields;
use serde_json::{Value, json};

use crate::confine::{self, Limits};
use crate::engine_choice::Engine;
use crate::failure::{Class, Failure};

/// The version of all sp1-* crates, as pinned in Cargo.toml.
pub const SP1_VERSION: &str = "6.10.0";

/// A request whose limits are in force already.
pub struct Request {
    pub limits: Limits,
    /// Which engine is to run the program; a request for a key names none.
    pub engine: Option<Engine>,
    /// The run cross-checks one on the other engine, and nothing is signed for it alone.
    pub cross_checks: bool,
    pub blobs: Vec<Vec<u8>>,
    /// The ELF, where it came as sealed memory and not as the first blob.
    pub attached: Option<&'static [u8]>,
}

/// What is to be executed: the engine, the ELF and the stdin entries.
type Execution<'a> = (Engine, &'a [u8], &'a [Vec<u8>]);

impl Request {
    /// The parts of a request to execute.
    pub(crate) fn to_execute(&self) -> Result<Execution<'_>, Failure> {
        let (elf, stdin) = match (self.attached, self.blobs.split_first()) {
            (Some(elf), _) => (elf, self.blobs.as_slice()),
            (None, Some((elf, stdin))) => (elf.as_slice(), stdin),
            (None, None) => {
                let why = "a request to execute carries the ELF as a blob, or attached";
                return Err(Failure::new(Class::Crash, why));
            }
        };
        match self.engine {
            Some(engine) => Ok((engine, elf, stdin)),
            None => Err(Failure::new(Class::Crash, "a request to execute names an engine")),
        }
    }
}

/// What is a program's own: what it needs of the kernel, and how it answers.
pub trait Main {
    const WORK: Work;

    /// Answer a request.
    fn answer(request: &Request) -> Result<Answer, Failure>;
}

/// Take the request from stdin and answer it.
pub fn serve<M: Main>() -> ExitCode {
    attestor_child::serve::<Sp1<M>>()
}

struct Sp1<M>(PhantomData<M>);

impl<M: Main> Program for Sp1<M> {
    type Class = Class;
    type Call = Request;
    const VERSION: u64 = 2;
    const WORK: Work = M::WORK;

    fn read(fields: &Fields) -> Result<Request, Failure> {
        Ok(Request {
            limits: Limits::parse(fields)?,
            engine: Engine::parse(fields)?,
            cross_checks: fields.get("cross_checks").and_then(Value::as_bool).unwrap_or(false),
            blobs: Vec::new(),
            attached: None,
        })
    }

    fn attach(request: &mut Request, attached: &'static [u8]) -> Result<(), Failure> {
        request.attached = Some(attached);
        Ok(())
    }

    fn bounds(request: &Request) -> Bounds {
        confine::bounds(&request.limits, request.engine)
    }

    fn answer(request: Request, blobs: Vec<Vec<u8>>) -> Result<Answer, Failure> {
        M::answer(&Request { blobs, ..request })
    }

    fn about() -> Fields {
        Fields::from_iter([("sp1".to_owned(), json!(SP1_VERSION))])
    }
}
