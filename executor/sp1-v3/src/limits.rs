//! The limits of a request, and the bounds of the process that follow from them.

use attestor_child::{Bounds, Fields, limit_of};

use crate::failure::Failure;

/// Code, stacks of threads, the request: address space beside what is data.
const SLACK_BYTES: u64 = 256 << 20;

/// The bounds of one request, from its header's `limits`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most cycles that a program may take, as SP1 counts them.
    pub cycles: u64,
    /// CPU time of all threads; the process is killed by SIGXCPU when it is used up.
    pub cpu_seconds: u64,
    /// All data of the process.
    pub memory_bytes: u64,
    /// The longest public values that are answered.
    pub public_values_bytes: u64,
}

impl Limits {
    /// Read the limits of a request. All four are required: there is no unlimited run.
    pub(crate) fn parse(fields: &Fields) -> Result<Self, Failure> {
        Ok(Self {
            cycles: limit_of(fields, "cycles")?,
            cpu_seconds: limit_of(fields, "cpu_seconds")?,
            memory_bytes: limit_of(fields, "memory_bytes")?,
            public_values_bytes: limit_of(fields, "public_values_bytes")?,
        })
    }

    /// The bounds of a process under them.
    pub(crate) fn bounds(&self) -> Bounds {
        Bounds {
            cpu_seconds: self.cpu_seconds,
            address_bytes: self.memory_bytes.saturating_add(SLACK_BYTES),
            data_bytes: self.memory_bytes,
            file_bytes: 0,
        }
    }
}

#[cfg(test)]
mod tests;
