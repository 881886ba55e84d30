//! What this process takes away from itself before it looks at a program.

use std::os::fd::OwnedFd;

use protocol::Fields;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

use crate::failure::{Class, Failure};

const MAX_OPEN_FILES: u64 = 16;

/// The bounds of one request, from its header's `limits`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// CPU time of all threads; the process is killed by SIGXCPU when it is used up.
    pub cpu_seconds: u64,
    /// Address space, which bounds resident memory from above.
    pub memory_bytes: u64,
    /// The longest public values that are answered.
    pub public_values_bytes: u64,
}

impl Limits {
    /// Read the limits of a request. All three are required: there is no unlimited run.
    pub fn parse(fields: &Fields) -> Result<Self, Failure> {
        let number = |name: &str| {
            let value = fields.get("limits").and_then(|limits| limits.get(name)?.as_u64());
            value
                .filter(|value| *value > 0)
                .ok_or_else(|| Failure::new(Class::Crash, format!("request without limits.{name}")))
        };
        Ok(Self {
            cpu_seconds: number("cpu_seconds")?,
            memory_bytes: number("memory_bytes")?,
            public_values_bytes: number("public_values_bytes")?,
        })
    }
}

/// SP1 reads file names from the environment (TRACE_FILE, DUMP_ELF_OUTPUT): it must be empty.
pub fn require_empty_environment() -> Result<(), Failure> {
    match std::env::vars_os().next() {
        None => Ok(()),
        Some((name, _)) => Err(Failure::new(
            Class::Crash,
            format!("the environment must be empty, it holds {}", name.display()),
        )),
    }
}

/// Move stdout to a descriptor of our own, so that nothing a library prints gets into the answer.
pub fn take_stdout() -> Result<OwnedFd, Failure> {
    let failed = |error| Failure::new(Class::Crash, format!("cannot move stdout: {error}"));
    let answer = rustix::io::dup(rustix::stdio::stdout()).map_err(failed)?;
    rustix::stdio::dup2_stdout(rustix::stdio::stderr()).map_err(failed)?;
    Ok(answer)
}

/// Apply `limits`, and give up privileges, core dumps, tracing by others, and files.
pub fn confine(limits: &Limits) -> Result<(), Failure> {
    let grace = limits.cpu_seconds.saturating_add(1);
    limit(Resource::Core, 0, 0)?;
    limit(Resource::Fsize, 0, 0)?;
    limit(Resource::Nofile, MAX_OPEN_FILES, MAX_OPEN_FILES)?;
    limit(Resource::Cpu, limits.cpu_seconds, grace)?;
    limit(Resource::As, limits.memory_bytes, limits.memory_bytes)?;
    let failed = |error| Failure::new(Class::Crash, format!("cannot give up privileges: {error}"));
    rustix::thread::set_no_new_privs(true).map_err(failed)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(failed)
}

/// Set a limit; one that is already lower stays.
fn limit(resource: Resource, soft: u64, hard: u64) -> Result<(), Failure> {
    let highest = rustix::process::getrlimit(resource).maximum.unwrap_or(u64::MAX);
    let wanted = Rlimit { current: Some(soft.min(highest)), maximum: Some(hard.min(highest)) };
    setrlimit(resource, wanted)
        .map_err(|error| Failure::new(Class::Crash, format!("cannot set {resource:?}: {error}")))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parse(limits: Value) -> Result<Limits, Failure> {
        Limits::parse(json!({"limits": limits}).as_object().unwrap())
    }

    #[test]
    fn limits_are_read() {
        let limits = json!({"cpu_seconds": 1, "memory_bytes": 2, "public_values_bytes": 3});
        let expected = Limits { cpu_seconds: 1, memory_bytes: 2, public_values_bytes: 3 };

        assert_eq!(parse(limits), Ok(expected));
    }

    #[test]
    fn absent_or_odd_limits_are_refused() {
        let full = json!({"cpu_seconds": 1, "memory_bytes": 2, "public_values_bytes": 3});
        for name in ["cpu_seconds", "memory_bytes", "public_values_bytes"] {
            for odd in [json!(null), json!(0), json!(-1), json!("1"), json!(1.5)] {
                let mut limits = full.clone();
                limits[name] = odd;
                assert!(parse(limits).unwrap_err().detail.contains(name));
            }
        }
        assert!(Limits::parse(&Fields::new()).is_err());
    }
}
