//! What a system call's result says of an attempt.

use std::io;

use libc::{c_long, pid_t};

/// What a system call answered.
pub(crate) fn result(returned: c_long) -> io::Result<pid_t> {
    if returned < 0 { Err(io::Error::last_os_error()) } else { Ok(0) }
}

/// As `result`, where these errors mean that the kernel let the call through.
pub(crate) fn reached_by(returned: c_long, errors: &[i32]) -> io::Result<pid_t> {
    result(returned).or_else(|error| match error.raw_os_error() {
        Some(number) if errors.contains(&number) => Ok(0),
        _ => Err(error),
    })
}
