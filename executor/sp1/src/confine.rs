//! The limits of a request, and the bounds of the process that follow from them.

use attestor_child::{Bounds, limit_of};
use attestor_protocol::Fields;

use crate::engine_choice::Engine;
use crate::failure::Failure;

/// What our engine reserves for the guest: SP1's whole address space, and a mark for each word.
const RESERVATION_BYTES: u64 = (1 << 40) + (1 << 37);
/// Addresses around the reservation that are never mapped.
const GUARD_BYTES: u64 = 4 << 30;
/// The length of the file in memory that SP1's JIT has the guest's memory in: two words for each.
const JIT_MEMORY_BYTES: u64 = 1 << 41;
/// The process itself: code, stacks, the request, translated code.
const SLACK_BYTES: u64 = 256 << 20;

/// The bounds of one request, from its header's `limits`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most cycles that a program may take, as SP1 counts them.
    pub cycles: u64,
    /// CPU time of all threads; the process is killed by SIGXCPU when it is used up.
    pub cpu_seconds: u64,
    /// SP1's engine: data, which bounds resident memory from above. Ours: the guest's memory, of
    /// which it counts every page.
    pub memory_bytes: u64,
    /// The longest public values that are answered.
    pub public_values_bytes: u64,
}

impl Limits {
    /// Read the limits of a request. All four are required: there is no unlimited run.
    pub fn parse(fields: &Fields) -> Result<Self, Failure> {
        Ok(Self {
            cycles: limit_of(fields, "cycles")?,
            cpu_seconds: limit_of(fields, "cpu_seconds")?,
            memory_bytes: limit_of(fields, "memory_bytes")?,
            public_values_bytes: limit_of(fields, "public_values_bytes")?,
        })
    }
}

/// The bounds of a process under `limits`.
///
/// Ours reserves more addresses than any machine has memory for its guest's, without access: they
/// count as address space and not as data, so that data is what bounds it. It also judges what
/// SP1's runs, in the same process.
pub(crate) fn bounds(limits: &Limits, engine: Option<Engine>) -> Bounds {
    let (address_bytes, data_bytes) = memory_limits(limits.memory_bytes, engine);
    let file_bytes = if engine == Some(Engine::Sp1Jit) { JIT_MEMORY_BYTES } else { 0 };
    Bounds { cpu_seconds: limits.cpu_seconds, address_bytes, data_bytes, file_bytes }
}

/// (address space, data) of a process whose memory limit is `memory_bytes`.
fn memory_limits(memory_bytes: u64, engine: Option<Engine>) -> (u64, u64) {
    match engine {
        Some(Engine::Attestor) => {
            // The marks of a chunk alone take as much room as it does, most of it untouched.
            let data = memory_bytes.saturating_mul(2).saturating_add(SLACK_BYTES);
            (data.saturating_add(RESERVATION_BYTES + GUARD_BYTES), data)
        }
        Some(Engine::Sp1Portable) => {
            (memory_bytes.saturating_add(RESERVATION_BYTES + GUARD_BYTES), memory_bytes)
        }
        // Its memory is a file in memory, of which no limit here counts anything: the parent watches
        // what is resident.
        Some(Engine::Sp1Jit) => (u64::MAX, u64::MAX),
        None => (memory_bytes, memory_bytes),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parse(limits: Value) -> Result<Limits, Failure> {
        Limits::parse(json!({"limits": limits}).as_object().unwrap())
    }

    fn full() -> Value {
        json!({"cycles": 4, "cpu_seconds": 1, "memory_bytes": 2, "public_values_bytes": 3})
    }

    #[test]
    fn only_runs_may_reserve_addresses() {
        let memory = 1 << 30;

        assert_eq!(memory_limits(memory, None), (memory, memory));
        assert_eq!(memory_limits(memory, Some(Engine::Sp1Jit)), (u64::MAX, u64::MAX));
        let reserved = memory + RESERVATION_BYTES + GUARD_BYTES;
        assert_eq!(memory_limits(memory, Some(Engine::Sp1Portable)), (reserved, memory));
        let (addresses, data) = memory_limits(memory, Some(Engine::Attestor));
        assert_eq!(data, 2 * memory + SLACK_BYTES);
        assert_eq!(addresses, RESERVATION_BYTES + GUARD_BYTES + data);
    }

    #[test]
    fn limits_of_the_largest_memory_do_not_wrap() {
        assert_eq!(memory_limits(u64::MAX, Some(Engine::Attestor)), (u64::MAX, u64::MAX));
    }

    #[test]
    fn limits_are_read() {
        let limits = full();
        let expected =
            Limits { cycles: 4, cpu_seconds: 1, memory_bytes: 2, public_values_bytes: 3 };

        assert_eq!(parse(limits), Ok(expected));
    }

    #[test]
    fn absent_or_odd_limits_are_refused() {
        let full = full();
        for name in ["cycles", "cpu_seconds", "memory_bytes", "public_values_bytes"] {
            for odd in [json!(null), json!(0), json!(-1), json!("1"), json!(1.5)] {
                let mut limits = full.clone();
                limits[name] = odd;
                assert!(parse(limits).unwrap_err().detail.contains(name));
            }
        }
        assert!(Limits::parse(&Fields::new()).is_err());
    }
}
