//! The bounds of a process, which it sets itself before it looks at a request's blobs.

use std::os::fd::OwnedFd;

use attestor_protocol::Fields;
use attestor_sandbox::limit;
use rustix::process::Resource;

use crate::failure::{Class, Failure};

const MAX_OPEN_FILES: u64 = 16;

/// What a process may take of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// CPU time of all threads; the process is killed by SIGXCPU when it is used up.
    pub cpu_seconds: u64,
    /// Bytes of address space.
    pub address_bytes: u64,
    /// Bytes of data: what is written in memory that is not shared.
    pub data_bytes: u64,
    /// The length in bytes of the longest file in memory.
    pub file_bytes: u64,
}

impl Bounds {
    /// Put them in force.
    pub(crate) fn apply<C: Class>(&self) -> Result<(), Failure<C>> {
        let grace = self.cpu_seconds.saturating_add(1);
        let bounds = [
            (Resource::Fsize, self.file_bytes, self.file_bytes),
            (Resource::Nofile, MAX_OPEN_FILES, MAX_OPEN_FILES),
            (Resource::Cpu, self.cpu_seconds, grace),
            (Resource::As, self.address_bytes, self.address_bytes),
            (Resource::Data, self.data_bytes, self.data_bytes),
        ];
        for (resource, soft, hard) in bounds {
            limit(resource, soft, hard)
                .map_err(|error| Failure::crash(format!("cannot set {resource:?}: {error}")))?;
        }
        Ok(())
    }
}

/// One of a request's limits, which are all required: there is no unlimited run.
pub fn limit_of<C: Class>(fields: &Fields, name: &str) -> Result<u64, Failure<C>> {
    let value = fields.get("limits").and_then(|limits| limits.get(name)?.as_u64());
    value
        .filter(|value| *value > 0)
        .ok_or_else(|| Failure::crash(format!("request without limits.{name}")))
}

/// Libraries read file names from the environment (SP1: TRACE_FILE, DUMP_ELF_OUTPUT): it must be empty.
pub(crate) fn require_empty_environment<C: Class>() -> Result<(), Failure<C>> {
    match std::env::vars_os().next() {
        None => Ok(()),
        Some((name, _)) => Err(Failure::crash(format!(
            "the environment must be empty, it holds {}",
            name.display()
        ))),
    }
}

/// Move stdout to a descriptor of our own, so that nothing a library prints gets into the answer.
pub(crate) fn take_stdout() -> rustix::io::Result<OwnedFd> {
    let answer = rustix::io::dup(rustix::stdio::stdout())?;
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    Ok(answer)
}
