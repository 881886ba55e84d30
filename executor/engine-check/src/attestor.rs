//! Our engine, with its ends in the words of `outcome`.

use attestor_engine::{Image, Limits, Mode, Outcome, Stop, run as run_image};

use crate::outcome::{End, Halted, Run};

/// Run a program with any limits.
pub fn run(elf: &[u8], stdin: &[Vec<u8>], limits: &Limits, mode: Mode) -> Run {
    let image = match Image::parse(elf) {
        Ok(image) => image,
        Err(error) => return Run { end: End::NoProgram, detail: format!("{error:?}") },
    };
    match run_image(&image, stdin, limits, mode) {
        Ok(outcome) => Run { end: End::Halted(halted(outcome)), detail: String::new() },
        Err(stop) => Run { end: end(&stop), detail: format!("{stop:?}") },
    }
}

/// Limits that only a program without an end reaches.
pub fn wide_limits(cycles: u64) -> Limits {
    Limits { cycles, memory_bytes: 1 << 30, public_values_bytes: 1 << 26 }
}

pub fn halted(outcome: Outcome) -> Halted {
    Halted {
        exit_code: outcome.exit_code,
        cycles: outcome.cycles,
        digest: outcome.digest,
        public_values: outcome.public_values,
    }
}

fn end(stop: &Stop) -> End {
    match stop {
        Stop::Fault(_) => End::Fault,
        Stop::LimitCycles => End::LimitCycles,
        Stop::LimitMemory | Stop::HostMemory => End::LimitMemory,
        Stop::LimitOutput | Stop::LimitWritten => End::LimitOutput,
        Stop::Unprovable(_) => End::Unprovable,
        Stop::Unsupported(_) => End::Unsupported,
    }
}
