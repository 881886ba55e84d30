//! One random program on all engines.

use std::io;

use engine::Mode;

use crate::generate::{self, Kind};
use crate::ours;
use crate::outcome::{End, Run, Verdict, judge};
use crate::sp1_process::Sp1;

/// A program that is still running then has no end in time.
const CYCLES: u64 = 3_000_000;

/// What the engines say of one program.
#[derive(Debug)]
pub struct Comparison {
    pub kind: Kind,
    pub seed: u64,
    pub verdict: Verdict,
    pub tiered: Run,
    pub interpreted: Run,
    /// Not run where ours stopped at a limit, as SP1 has none.
    pub sp1: Option<Run>,
}

impl Comparison {
    /// Whether this program took SP1's process down.
    pub fn killed_sp1(&self) -> bool {
        self.sp1.as_ref().is_some_and(|run| run.end == End::NoAnswer)
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
/// SP1's process cannot be asked.
pub fn compare(kind: Kind, seed: u64, sp1: &mut Sp1) -> io::Result<Comparison> {
    let program = generate::program(kind, seed);
    let limits = ours::wide_limits(CYCLES);
    let tiered = ours::run(&program.elf, &program.stdin, &limits, Mode::Tiered);
    let interpreted = ours::run(&program.elf, &program.stdin, &limits, Mode::InterpreterOnly);
    let limited = matches!(tiered.end, End::LimitCycles | End::LimitMemory | End::LimitOutput);
    let comparable = !limited || tiered.end != interpreted.end;
    let sp1 = comparable.then(|| sp1.run(kind, seed)).transpose()?;
    let verdict = match &sp1 {
        _ if tiered.end != interpreted.end => Verdict::Different,
        Some(sp1) => judge(&tiered.end, &sp1.end),
        None => Verdict::Incomparable,
    };
    Ok(Comparison { kind, seed, verdict, tiered, interpreted, sp1 })
}
