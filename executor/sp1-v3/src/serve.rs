//! Requests and answers of the programs here.

use std::marker::PhantomData;
use std::process::ExitCode;

pub use attestor_child::{Answer, Work};
use attestor_child::{Bounds, Fields, Program};
use serde_json::{Value, json};

use crate::failure::{Class, Failure};
use crate::limits::Limits;

/// The version of all sp1-* crates, as pinned in Cargo.toml.
pub const SP1_VERSION: &str = "3.4.0";
/// What requests and answers call SP1 v3.4's executor.
pub const ENGINE: &str = "sp1-v3";

/// A request whose limits are in force already.
pub struct Request {
    pub limits: Limits,
    pub blobs: Vec<Vec<u8>>,
    /// The ELF, where it came as sealed memory and not as the first blob.
    pub attached: Option<&'static [u8]>,
}

impl Request {
    /// The ELF, and the other blobs.
    pub(crate) fn program(&self) -> Result<(&[u8], &[Vec<u8>]), Failure> {
        match (self.attached, self.blobs.split_first()) {
            (Some(elf), _) => Ok((elf, &self.blobs)),
            (None, Some((elf, others))) => Ok((elf, others)),
            (None, None) => Err(Failure::crash("a request carries the ELF as a blob, or attached")),
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
    attestor_child::serve::<V3<M>>()
}

struct V3<M>(PhantomData<M>);

impl<M: Main> Program for V3<M> {
    type Class = Class;
    type Call = Request;
    const VERSION: u64 = 2;
    const WORK: Work = M::WORK;

    fn read(fields: &Fields) -> Result<Request, Failure> {
        match fields.get("engine") {
            None => {}
            Some(engine) if engine == ENGINE => {}
            Some(engine) => return Err(Failure::crash(format!("there is no engine {engine}"))),
        }
        if fields.get("cross_checks").is_some_and(|value| value != &Value::Bool(false)) {
            return Err(Failure::crash("this program cross-checks nothing"));
        }
        Ok(Request { limits: Limits::parse(fields)?, blobs: Vec::new(), attached: None })
    }

    fn attach(request: &mut Request, attached: &'static [u8]) -> Result<(), Failure> {
        request.attached = Some(attached);
        Ok(())
    }

    fn bounds(request: &Request) -> Bounds {
        request.limits.bounds()
    }

    fn answer(request: Request, blobs: Vec<Vec<u8>>) -> Result<Answer, Failure> {
        M::answer(&Request { blobs, ..request })
    }

    fn about() -> Fields {
        Fields::from_iter([("sp1".to_owned(), json!(SP1_VERSION))])
    }
}
