//! `engine-fuzz [--programs N] [--seed N] [--kind NAME] [--keep FILE] [--jit PROGRAM]`
//!
//! Compare so many random programs of each kind, after those that once differed. With `--jit`,
//! plain programs also run on SP1's JIT, whose runner is named. SP1 runs in processes of their own
//! (`sp1-answer`). Prints every difference, every program that killed SP1, and one JSON line at the
//! end; the exit code is 1 after a difference.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use engine_check::compare::compare;
use engine_check::generate::Kind;
use engine_check::outcome::{End, Verdict};
use engine_check::sp1_process::Sp1;
use engine_check::{jit, seeds};
use serde_json::json;

struct Options {
    programs: u64,
    seed: u64,
    kinds: Vec<Kind>,
    keep: Option<PathBuf>,
    jit: Option<PathBuf>,
}

fn options() -> Result<Options, String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let mut options = Options {
        programs: 1000,
        seed: now << 24,
        kinds: Kind::ALL.to_vec(),
        keep: None,
        jit: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} wants a value"))?;
        let number = || value.parse().map_err(|_| format!("{name}: no number: {value}"));
        match name.as_str() {
            "--programs" => options.programs = number()?,
            "--seed" => options.seed = number()?,
            "--kind" => {
                let kind = Kind::from_name(&value).ok_or_else(|| format!("no kind: {value}"))?;
                options.kinds = vec![kind];
            }
            "--keep" => options.keep = Some(value.into()),
            "--jit" => options.jit = Some(value.into()),
            _ => return Err(format!("no option: {name}")),
        }
    }
    Ok(options)
}

/// Counts of what was found.
#[derive(Default)]
struct Counts {
    programs: u64,
    halted: u64,
    faults: u64,
    incomparable: u64,
    /// Of the incomparable ones, those that killed SP1.
    unanswered: u64,
    mismatches: u64,
}

impl Counts {
    /// Compare the program of a seed; a new one that differs is kept in a file.
    fn try_one(
        &mut self,
        options: &Options,
        keep: Option<&Path>,
        (kind, seed): (Kind, u64),
        sp1: &mut Sp1,
    ) -> io::Result<()> {
        let comparison = compare(kind, seed, sp1)?;
        self.programs += 1;
        match comparison.tiered.end {
            End::Halted(_) => self.halted += 1,
            _ => self.faults += 1,
        }
        let jit = options.jit.as_ref().filter(|_| kind == Kind::Plain);
        let jit_differs = jit.is_some_and(|runner| jit::differs(runner, &comparison));
        if comparison.killed_sp1() {
            self.unanswered += 1;
            println!("SP1 gave no answer: {}", comparison.explain());
        }
        match comparison.verdict {
            Verdict::Same if !jit_differs => return Ok(()),
            Verdict::Incomparable => {
                self.incomparable += 1;
                return Ok(());
            }
            Verdict::Same | Verdict::Different => self.mismatches += 1,
        }
        let on_jit = if jit_differs { " (SP1's JIT differs)" } else { "" };
        println!("{}{on_jit}", comparison.explain());
        keep.map_or(Ok(()), |path| seeds::keep(path, kind, seed))
    }

    /// The kept programs, and then new ones.
    fn try_all(&mut self, options: &Options) -> io::Result<()> {
        let mut sp1 = Sp1::beside_this()?;
        for program in seeds::parse(seeds::KEPT) {
            self.try_one(options, None, program, &mut sp1)?;
        }
        for seed in options.seed..options.seed + options.programs {
            for kind in options.kinds.clone() {
                self.try_one(options, options.keep.as_deref(), (kind, seed), &mut sp1)?;
            }
        }
        Ok(())
    }
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(message) => {
            eprintln!("engine-fuzz: {message}");
            return ExitCode::from(2);
        }
    };
    eprintln!("seeds from {}: --seed {} tries them again", options.seed, options.seed);
    let mut counts = Counts::default();
    if let Err(error) = counts.try_all(&options) {
        eprintln!("engine-fuzz: {error}");
        return ExitCode::from(2);
    }
    let line = json!({
        "seed": options.seed,
        "programs": counts.programs,
        "halted": counts.halted,
        "faults": counts.faults,
        "incomparable": counts.incomparable,
        "unanswered": counts.unanswered,
        "mismatches": counts.mismatches,
    });
    println!("{line}");
    if counts.mismatches == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
