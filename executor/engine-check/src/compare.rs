//! One random program on all engines.

use std::sync::{Mutex, Once};
use std::time::{Duration, Instant};

use engine::Mode;

use crate::generate::{self, Kind};
use crate::outcome::{End, Run, Verdict, judge};
use crate::{ours, portable};

/// A program that is still running then has no end in time.
const CYCLES: u64 = 3_000_000;
const MEMORY_BYTES: u64 = 1 << 30;
/// SP1 is done with any of our programs in less than a second.
const PATIENCE: Duration = Duration::from_secs(60);

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
pub fn compare(kind: Kind, seed: u64) -> Comparison {
    let program = generate::program(kind, seed);
    let limits = ours::wide_limits(CYCLES);
    let tiered = ours::run(&program.elf, &program.stdin, &limits, Mode::Tiered);
    let interpreted = ours::run(&program.elf, &program.stdin, &limits, Mode::InterpreterOnly);
    let limited = matches!(tiered.end, End::LimitCycles | End::LimitMemory | End::LimitOutput);
    let sp1 = (!limited || tiered.end != interpreted.end)
        .then(|| watched(kind, seed, || portable::run(&program.elf, &program.stdin, MEMORY_BYTES)));
    let verdict = match &sp1 {
        _ if tiered.end != interpreted.end => Verdict::Different,
        Some(sp1) => judge(&tiered.end, &sp1.end),
        None => Verdict::Incomparable,
    };
    Comparison { kind, seed, verdict, tiered, interpreted, sp1 }
}

/// The runs of SP1 that are under way, as they cannot be stopped from within.
static WATCHED: Mutex<Vec<(Kind, u64, Instant)>> = Mutex::new(Vec::new());

fn watched<T>(kind: Kind, seed: u64, work: impl FnOnce() -> T) -> T {
    let runs = || WATCHED.lock().expect("no panic while it is held");
    runs().push((kind, seed, Instant::now()));
    let result = work();
    runs().retain(|run| (run.0, run.1) != (kind, seed));
    result
}

/// End this process, with the seed's name, when SP1 takes too long for a program that ours ended.
pub fn start_watchdog() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        std::thread::spawn(watch);
    });
}

fn watch() {
    loop {
        std::thread::sleep(Duration::from_secs(1));
        let runs = WATCHED.lock().expect("no panic while it is held");
        let stuck = runs.iter().find(|(_, _, since)| since.elapsed() > PATIENCE);
        if let Some((kind, seed, _)) = stuck {
            eprintln!("{} {seed}: SP1 does not end, and ours does", kind.name());
            std::process::exit(3);
        }
    }
}
