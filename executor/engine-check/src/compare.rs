//! One random program on all engines.

use std::io;
use std::path::Path;

use attestor_engine::{Limits, Mode};

use crate::attestor;
use crate::engine_process::EngineProcess;
use crate::generate::{self, Kind};
use crate::outcome::{End, Run, Verdict, judge};
use crate::unprovable;

/// A program that is still running then has no end in time.
const CYCLES: u64 = 3_000_000;

/// The limits of our runs.
pub fn limits() -> Limits {
    attestor::wide_limits(CYCLES)
}

/// Processes that programs may take down.
pub struct Engines {
    ours: EngineProcess,
    sp1: EngineProcess,
}

impl Engines {
    /// Those whose binaries were built with this one, in the same folder.
    pub fn next_to(binary: &Path) -> Self {
        let process = |name| EngineProcess::new(&binary.with_file_name(name));
        Self { ours: process("attestor-answer"), sp1: process("sp1-answer") }
    }
}

/// What the engines say of one program.
#[derive(Debug)]
pub struct Comparison {
    pub kind: Kind,
    pub seed: u64,
    pub verdict: Verdict,
    pub tiered: Run,
    pub interpreted: Run,
    /// Not run to its end where ours stopped at a limit, as SP1 has none, or at a rule of the
    /// circuits, which its executor does not know.
    pub sp1: Option<Run>,
}

impl Comparison {
    /// Whether this program took SP1's process down.
    pub fn killed_sp1(&self) -> bool {
        self.sp1.as_ref().is_some_and(|run| matches!(run.end, End::NoAnswer | End::TooLarge))
    }

    /// One line of what each engine says, without the public values.
    pub fn explain(&self) -> String {
        let name = format!("{} {}", self.kind.name(), self.seed);
        let sp1 = self.sp1.as_ref().map_or("not run".to_owned(), brief);
        let (tiered, interpreted) = (brief(&self.tiered), brief(&self.interpreted));
        format!("{name}: tiered {tiered}; interpreted {interpreted}; SP1 {sp1}")
    }
}

fn brief(run: &Run) -> String {
    match &run.end {
        End::Halted(halted) => {
            let sum = halted
                .public_values
                .iter()
                .fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
            let (code, cycles) = (halted.exit_code, halted.cycles);
            let bytes = halted.public_values.len();
            format!("halted {code} after {cycles}, {bytes} bytes of sum {sum:016x}")
        }
        end => format!("{end:?} ({})", run.detail),
    }
}

/// Run the program of a seed on our two tiers and on SP1's portable executor.
///
/// # Errors
/// A process cannot be asked.
pub fn compare(kind: Kind, seed: u64, engines: &mut Engines) -> io::Result<Comparison> {
    let program = generate::program(kind, seed);
    let tiered = engines.ours.run(kind, seed)?;
    let interpreted = attestor::run(&program.elf, &program.stdin, &limits(), Mode::InterpreterOnly);
    let ends_early = matches!(
        tiered.end,
        End::LimitCycles | End::LimitMemory | End::LimitOutput | End::Unprovable
    );
    let comparable = !ends_early || tiered.end != interpreted.end;
    let sp1 = comparable.then(|| engines.sp1.run(kind, seed)).transpose()?;
    let verdict = match &sp1 {
        _ if !same_tiers(&tiered, &interpreted) => Verdict::Different,
        None if interpreted.end == End::Unprovable => {
            unprovable::judge(&program.elf, &program.stdin, &limits())
        }
        Some(sp1) => judge(&tiered.end, &sp1.end),
        None => Verdict::Incomparable,
    };
    Ok(Comparison { kind, seed, verdict, tiered, interpreted, sp1 })
}

/// Also the reason, with the pc and the address, of a run that did not halt.
fn same_tiers(tiered: &Run, interpreted: &Run) -> bool {
    tiered.end == interpreted.end && tiered.detail == interpreted.detail
}
