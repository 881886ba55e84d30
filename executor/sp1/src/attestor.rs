//! Run a program on our own engine, the package `attestor-engine`.

use std::io::Write;

use attestor_engine::{Image, Mode, Outcome, Stop, WRITE_ALLOWANCE};

use crate::confine::Limits;
use crate::failure::{Class, Failure, guarded, unprovable};
use crate::run::{Effort, Run};

/// Run until the program halts, or passes a limit, or does what no proof can show.
pub(crate) fn run(image: &Image, stdin: &[Vec<u8>], limits: &Limits) -> Result<Run, Failure> {
    execute(image, stdin, limits, Mode::Tiered).map(to_run)
}

/// Judge a program that SP1's portable executor is to run: it knows nothing of what can be proven.
/// No code of ours is made for that, so that who distrusts the translator need not trust it here.
pub(crate) fn judge(image: &Image, stdin: &[Vec<u8>], limits: &Limits) -> Result<Run, Failure> {
    // The process has the data that SP1's needs, of which our guest's marks may take as much as its
    // memory. SP1's takes three times of that: what does not fit here does not fit there.
    let limits = Limits { memory_bytes: limits.memory_bytes / 8 * 3, ..*limits };
    let outcome = execute(image, stdin, &limits, Mode::InterpreterOnly)?;
    Ok(to_run(Outcome { printed: Vec::new(), ..outcome }))
}

fn execute(
    image: &Image,
    stdin: &[Vec<u8>],
    limits: &Limits,
    mode: Mode,
) -> Result<Outcome, Failure> {
    let bounds = attestor_engine::Limits {
        cycles: limits.cycles,
        memory_bytes: limits.memory_bytes,
        public_values_bytes: limits.public_values_bytes,
    };
    // Where SP1's executor panics the engine returns a fault: a panic is the engine's own failure.
    let outcome = guarded(Class::Crash, || {
        attestor_engine::run(image, stdin, &bounds, mode).map_err(|stop| failure(stop, limits))
    })??;
    match &outcome.unprovable {
        // Another exit code is told as such.
        Some(broken) if outcome.exit_code == 0 => Err(unprovable(broken)),
        _ => Ok(outcome),
    }
}

fn to_run(outcome: Outcome) -> Run {
    // What the program printed is for people; that nobody reads it changes no result.
    let _ = std::io::stderr().write_all(&outcome.printed);
    Run {
        exit_code: outcome.exit_code,
        cycles: outcome.cycles,
        digest: outcome.digest,
        public_values: outcome.public_values,
        effort: Some(Effort {
            touched_pages: outcome.touched_pages,
            unconstrained_cycles: outcome.unconstrained_cycles,
            written_bytes: outcome.written_bytes,
            load_cycles: outcome.load_cycles,
            windows: outcome.windows,
            block_windows: outcome.block_windows,
            call_cycles: outcome.call_cycles,
            compiled_instructions: outcome.compiled_instructions,
            compile_seconds: outcome.compile_seconds,
        }),
    }
}

fn failure(stop: Stop, limits: &Limits) -> Failure {
    let over = |class, most, what| Failure::new(class, format!("more than {most} {what}"));
    match stop {
        Stop::Fault(fault) => Failure::new(Class::GuestFault, fault.to_string()),
        Stop::LimitCycles => over(Class::LimitCycles, limits.cycles, "cycles"),
        Stop::LimitMemory => over(Class::LimitMemory, limits.memory_bytes, "bytes of memory"),
        Stop::LimitOutput => {
            over(Class::LimitOutput, limits.public_values_bytes, "bytes of public values")
        }
        Stop::LimitWritten => {
            over(Class::LimitOutput, WRITE_ALLOWANCE, "bytes, and one for each cycle, are written")
        }
        Stop::HostMemory => Failure::new(
            Class::HostMemory,
            format!(
                "the limit allows {} bytes, of which the host refuses some",
                limits.memory_bytes
            ),
        ),
        Stop::Unprovable(broken) => unprovable(&broken),
        Stop::Unsupported(why) => Failure::new(Class::Unsupported, why),
    }
}

#[cfg(test)]
mod tests {
    use attestor_engine::{Rule, Unprovable};

    use super::*;

    const LIMITS: Limits =
        Limits { cycles: 5, cpu_seconds: 6, memory_bytes: 7, public_values_bytes: 8 };

    #[test]
    fn every_limit_has_its_class_and_says_its_bound() {
        for (stop, class, bound) in [
            (Stop::LimitCycles, Class::LimitCycles, "5 cycles"),
            (Stop::LimitMemory, Class::LimitMemory, "7 bytes of memory"),
            (Stop::LimitOutput, Class::LimitOutput, "8 bytes of public values"),
            (
                Stop::LimitWritten,
                Class::LimitOutput,
                "16777216 bytes, and one for each cycle, are written",
            ),
        ] {
            let failure = failure(stop, &LIMITS);
            assert_eq!(failure.class, class);
            assert_eq!(failure.detail, format!("more than {bound}"));
        }
    }

    #[test]
    fn refusal_of_the_host_is_no_limit_of_the_guest() {
        let failure = failure(Stop::HostMemory, &LIMITS);

        assert_eq!(failure.class, Class::HostMemory);
        assert!(failure.detail.contains("allows 7 bytes"));
    }

    #[test]
    fn unsupported_is_no_fault_of_the_guest() {
        let failure = failure(Stop::Unsupported("sub-proofs".into()), &LIMITS);

        assert_eq!((failure.class, failure.detail.as_str()), (Class::Unsupported, "sub-proofs"));
    }

    #[test]
    fn unprovable_runs_tell_their_rule() {
        let broken = Unprovable { rule: Rule::LowAddress(8), pc: 0x7800_0000, call: None };
        let failure = failure(Stop::Unprovable(broken), &LIMITS);

        assert_eq!(failure.class, Class::Unprovable);
        assert_eq!(failure.fields["rule"], "low_address");
        assert_eq!(failure.detail, "access to 0x8, below 0x10000 at pc 0x78000000");
    }
}
