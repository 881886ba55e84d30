//! All cases, and many random programs, on as many threads as there are processors.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use attestor_engine_check::process;
use serde_json::{Value, json};

use crate::cases::{self, Case};
use crate::coverage::Coverage;
use crate::generate;
use crate::judge::{Judgement, Ours, judge};
use crate::program::Program;
use attestor_circuits::{Answer, Circuit};

/// The seeds that once were judged differently.
const KEPT: &str = include_str!("../tests/seeds.txt");
const TELL_EVERY: Duration = Duration::from_secs(20);
/// What the figures are held to.
const GOAL_PROGRAMS: u64 = 5000;
const GOAL_SECONDS: f64 = 0.3;

pub struct Campaign {
    /// Whether the table of cases comes first.
    pub table: bool,
    /// Random programs, and the first one's seed.
    pub programs: u64,
    pub seed: u64,
    pub threads: usize,
    /// The file for seeds that are judged differently.
    pub keep: Option<PathBuf>,
    /// Only cases and seeds whose names begin so.
    pub only: String,
    /// Whether every judgement is told.
    pub verbose: bool,
}

#[derive(Default)]
struct Counts {
    programs: u64,
    signable: u64,
    stricter: u64,
    mismatches: u64,
    coverage: Coverage,
}

impl Campaign {
    /// # Errors
    /// A seed cannot be kept.
    ///
    /// # Panics
    /// On a line of the kept seeds that is none.
    pub fn run(&self) -> io::Result<Vec<Value>> {
        attestor_circuits::catch_panics();
        tell_our_panics();
        let began = Instant::now();
        let circuit = Circuit::new();
        let table = if self.table { cases::cases() } else { Vec::new() };
        let kept = KEPT.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let kept: Vec<u64> = kept.map(|line| line.parse().expect("a seed")).collect();
        let total = table.len() + kept.len() + self.programs as usize;
        let (next, told) = (AtomicUsize::new(0), Mutex::new(began));
        let counts = Mutex::new(Counts::default());
        let work = || -> io::Result<()> {
            loop {
                let index = next.fetch_add(1, Relaxed);
                let new = index.checked_sub(table.len() + kept.len());
                let (program, expected) = match (table.get(index), new) {
                    (Some(case), _) => (case.program.clone(), Some(case)),
                    (None, Some(new)) if index < total => {
                        (generate::program(self.seed + new as u64), None)
                    }
                    (None, None) => (generate::program(kept[index - table.len()]), None),
                    _ => return Ok(()),
                };
                if program.name.starts_with(&self.only) {
                    let judged = || judge(&circuit, &program);
                    let judgement = catch_unwind(AssertUnwindSafe(judged))
                        .unwrap_or_else(|_| Judgement::panicked());
                    self.note(&program, expected, &judgement, &counts)?;
                }
                tell(&told, index, total);
            }
        };
        // The parallel loops of SP1's crates stay in one thread each: their tables have few rows.
        let pool = || rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let pools: Vec<_> =
            (0..self.threads).map(|_| pool().expect("a thread can be started")).collect();
        thread::scope(|scope| {
            let threads: Vec<_> =
                pools.iter().map(|pool| scope.spawn(|| pool.install(work))).collect();
            let ends = threads.into_iter().map(|thread| thread.join().expect("no panic"));
            ends.collect::<Vec<_>>().into_iter().collect::<io::Result<()>>()
        })?;
        let counts = counts.into_inner().expect("no panic");
        eprint!("{}", counts.coverage.table());
        Ok(counts.figures(began.elapsed().as_secs_f64()))
    }

    fn note(
        &self,
        program: &Program,
        case: Option<&Case>,
        judgement: &Judgement,
        counts: &Mutex<Counts>,
    ) -> io::Result<()> {
        let as_expected = case.is_none_or(|case| case.expected == judgement.ours);
        let differs = !judgement.agrees() || !as_expected;
        {
            let mut counts = counts.lock().expect("no panic while it is held");
            counts.programs += 1;
            counts.mismatches += u64::from(differs);
            let is_signable = judgement.ours == Ours::Signable;
            counts.signable += u64::from(is_signable);
            let is_provable = judgement.circuits == Some(Answer::Provable);
            counts.stricter += u64::from(!is_signable && is_provable);
            if case.is_none() {
                counts.coverage.add(program, judgement);
            }
        }
        if differs || self.verbose {
            let expected = case.map(|case| format!(", expected {:?}", case.expected));
            println!(
                "{}: ours {:?}{}, circuits {:?}",
                program.name,
                judgement.ours,
                expected.unwrap_or_default(),
                judgement.circuits
            );
        }
        let seed = program.name.strip_prefix("seed_").filter(|_| differs);
        match (&self.keep, seed) {
            (Some(path), Some(seed)) => {
                let mut file = OpenOptions::new().append(true).create(true).open(path)?;
                writeln!(file, "{seed}")
            }
            _ => Ok(()),
        }
    }
}

impl Counts {
    fn figures(&self, seconds: f64) -> Vec<Value> {
        let figure = |name: &str, value: u64, goal: Option<u64>, holds: bool| json!({"figure": name, "value": value, "unit": "programs", "goal": goal, "holds": holds});
        let each = process::cpu_seconds() / self.programs.max(1) as f64;
        vec![
            figure("provable_signable", self.signable, None, true),
            figure("provable_refused_stricter", self.stricter, None, true),
            self.coverage.figure(),
            json!({"figure": "provable_seconds", "value": seconds, "unit": "s",
                   "goal": null, "holds": true}),
            json!({"figure": "provable_cpu_seconds_per_program", "value": each, "unit": "s",
                   "goal": GOAL_SECONDS, "holds": each <= GOAL_SECONDS}),
            figure(
                "provable_programs",
                self.programs,
                Some(GOAL_PROGRAMS),
                self.programs >= GOAL_PROGRAMS,
            ),
            figure("provable_mismatches", self.mismatches, Some(0), self.mismatches == 0),
        ]
    }
}

/// Those of SP1's crates are answers.
fn tell_our_panics() {
    let quiet = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        quiet(info);
        if info.location().is_some_and(|place| !place.file().contains("/registry/")) {
            eprintln!("{info}");
        }
    }));
}

/// One line now and then, on the error output.
fn tell(told: &Mutex<Instant>, done: usize, total: usize) {
    let mut told = told.lock().expect("no panic while it is held");
    if told.elapsed() >= TELL_EVERY {
        *told = Instant::now();
        eprintln!("{done} of {total} programs");
    }
}
