//! Many random programs, on as many threads as there are processors.

use std::io;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::compare::{Comparison, Engines, compare};
use crate::generate::Kind;
use crate::outcome::{End, Verdict};
use crate::{seeds, sp1_jit};

/// How often the progress is reported.
const REPORT_EVERY: Duration = Duration::from_secs(10);

/// What to try, and where differences go.
pub struct Campaign {
    /// Of each kind.
    pub programs: u64,
    /// The first seed.
    pub seed: u64,
    pub kinds: Vec<Kind>,
    /// No new program is begun after so much time.
    pub time: Option<Duration>,
    pub threads: usize,
    /// The file for seeds that differ.
    pub keep: Option<PathBuf>,
    /// The runner of SP1's JIT, for plain programs.
    pub jit: Option<PathBuf>,
}

/// What was found.
#[derive(Default)]
pub struct Counts {
    programs: u64,
    halted: u64,
    faults: u64,
    incomparable: u64,
    /// Those that a rule of the circuits ended where SP1's executor came too.
    unprovable: u64,
    /// Those that killed SP1.
    unanswered: u64,
    /// Of these, those that halted on ours.
    unanswered_halts: u64,
    pub mismatches: u64,
    cycles: u64,
}

/// The campaign under way, which all threads share.
struct Progress {
    counts: Counts,
    reported: Instant,
}

impl Campaign {
    /// The kept programs, and then new ones. Prints each difference, and the progress.
    ///
    /// # Errors
    /// An engine's process cannot be asked, or a seed cannot be kept.
    pub fn run(&self) -> io::Result<Value> {
        let began = Instant::now();
        let kept = seeds::parse(seeds::KEPT);
        let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
        let progress = Mutex::new(Progress { counts: Counts::default(), reported: began });
        let work = || -> io::Result<()> {
            let mut engines = Engines::next_to(&std::env::current_exe()?);
            while !stopped.load(Relaxed) && self.time.is_none_or(|time| began.elapsed() < time) {
                let Some((program, new)) = self.program(&kept, next.fetch_add(1, Relaxed)) else {
                    break;
                };
                let comparison = compare(program.0, program.1, &mut engines)?;
                self.judge(&comparison, new, &progress)?;
                report(&progress, began);
            }
            Ok(())
        };
        thread::scope(|scope| {
            let worker = || work().inspect_err(|_| stopped.store(true, Relaxed));
            let threads: Vec<_> = (0..self.threads).map(|_| scope.spawn(worker)).collect();
            let ends = threads.into_iter().map(|thread| thread.join().expect("no panic"));
            ends.collect::<Vec<_>>().into_iter().collect::<io::Result<()>>()
        })?;
        let counts = progress.into_inner().expect("no panic").counts;
        Ok(counts.line(self.seed, began.elapsed().as_secs_f64()))
    }

    /// The program of a number, and whether it is new.
    fn program(&self, kept: &[(Kind, u64)], number: usize) -> Option<((Kind, u64), bool)> {
        if let Some(program) = kept.get(number) {
            return Some((*program, false));
        }
        let number = number - kept.len();
        let seed = (number / self.kinds.len()) as u64;
        let kind = self.kinds[number % self.kinds.len()];
        (seed < self.programs).then_some(((kind, self.seed + seed), true))
    }

    /// Count a comparison; print and keep a difference.
    fn judge(
        &self,
        comparison: &Comparison,
        new: bool,
        progress: &Mutex<Progress>,
    ) -> io::Result<()> {
        let jit = self.jit.as_ref().filter(|_| comparison.kind == Kind::Plain);
        let jit_differs = jit.is_some_and(|runner| sp1_jit::differs(runner, comparison));
        let differs = jit_differs || comparison.verdict == Verdict::Different;
        let mut progress = progress.lock().expect("no panic while it is held");
        progress.counts.add(comparison, differs);
        if comparison.killed_sp1() {
            println!("SP1 gave no answer: {}", comparison.explain());
        }
        if !differs {
            return Ok(());
        }
        let on_jit = if jit_differs { " (SP1's JIT differs)" } else { "" };
        println!("{}{on_jit}", comparison.explain());
        let file = self.keep.as_ref().filter(|_| new);
        file.map_or(Ok(()), |path| seeds::keep(path, comparison.kind, comparison.seed))
    }
}

impl Counts {
    fn add(&mut self, comparison: &Comparison, differs: bool) {
        self.programs += 1;
        match &comparison.interpreted.end {
            End::Halted(halted) => {
                self.halted += 1;
                self.cycles += halted.cycles;
            }
            _ => self.faults += 1,
        }
        self.unprovable += u64::from(!differs && comparison.verdict == Verdict::Unprovable);
        self.unanswered += u64::from(comparison.killed_sp1());
        let is_unanswered = !differs && comparison.verdict == Verdict::Unanswered;
        self.unanswered_halts += u64::from(is_unanswered);
        self.mismatches += u64::from(differs);
        self.incomparable += u64::from(!differs && comparison.verdict == Verdict::Incomparable);
    }

    fn line(&self, seed: u64, seconds: f64) -> Value {
        json!({
            "seed": seed,
            "programs": self.programs,
            "halted": self.halted,
            "faults": self.faults,
            "incomparable": self.incomparable,
            "unprovable": self.unprovable,
            "unanswered": self.unanswered,
            "unanswered_halts": self.unanswered_halts,
            "mismatches": self.mismatches,
            "cycles": self.cycles,
            "seconds": seconds,
        })
    }
}

/// One line now and then, on the error output.
fn report(progress: &Mutex<Progress>, began: Instant) {
    let mut progress = progress.lock().expect("no panic while it is held");
    if progress.reported.elapsed() < REPORT_EVERY {
        return;
    }
    progress.reported = Instant::now();
    let Counts { programs, mismatches, .. } = progress.counts;
    let rate = programs as f64 / began.elapsed().as_secs_f64();
    eprintln!("{programs} programs, {rate:.0} per second, {mismatches} mismatches");
}
