//! `engine-fuzz [--programs N] [--seconds N] [--seed N] [--kind NAME] [--threads N] [--keep FILE]
//! [--jit PROGRAM]`
//!
//! Compare so many random programs of each kind, after those that once differed. With `--jit`,
//! plain programs also run on SP1's JIT, whose runner is named. Our machine code and SP1 run in
//! processes of their own (`attestor-answer`, `sp1-answer`). Prints every difference, every program
//! that killed SP1, the progress on the error output, and one JSON line at the end; the exit code
//! is 1 after a difference.

use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use attestor_engine_check::campaign::Campaign;
use attestor_engine_check::generate::Kind;

fn campaign() -> Result<Campaign, String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let mut campaign = Campaign {
        programs: 1000,
        seed: now << 24,
        kinds: Kind::ALL.to_vec(),
        time: None,
        threads: available_parallelism().map_or(1, usize::from),
        keep: None,
        jit: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} wants a value"))?;
        let number = || value.parse().map_err(|_| format!("{name}: no number: {value}"));
        match name.as_str() {
            "--programs" => campaign.programs = number()?,
            "--seconds" => campaign.time = Some(Duration::from_secs(number()?)),
            "--seed" => campaign.seed = number()?,
            "--kind" => {
                let kind = Kind::from_name(&value).ok_or_else(|| format!("no kind: {value}"))?;
                campaign.kinds = vec![kind];
            }
            "--threads" => campaign.threads = number()?.max(1) as usize,
            "--keep" => campaign.keep = Some(value.into()),
            "--jit" => campaign.jit = Some(value.into()),
            _ => return Err(format!("no option: {name}")),
        }
    }
    Ok(campaign)
}

fn main() -> ExitCode {
    let campaign = match campaign() {
        Ok(campaign) => campaign,
        Err(message) => {
            eprintln!("engine-fuzz: {message}");
            return ExitCode::from(2);
        }
    };
    eprintln!("seeds from {}: --seed {} tries them again", campaign.seed, campaign.seed);
    match campaign.run() {
        Ok(line) => {
            println!("{line}");
            if line["mismatches"] == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("engine-fuzz: {error}");
            ExitCode::from(2)
        }
    }
}
