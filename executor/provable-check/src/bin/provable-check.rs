//! `provable-check [--table yes|no] [--programs N] [--seed N] [--threads N] [--keep FILE]
//! [--only NAME] [--verbose yes]`
//!
//! Ask our engine and SP1's circuits about the table of cases, and about so many random programs
//! after those that were once judged differently. Prints every difference, the progress on the error
//! output, and one JSON line per figure at the end; the exit code is 1 after a difference, or if random
//! programs did not come to a rule or a precompile.

use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::{SystemTime, UNIX_EPOCH};

use attestor_provable_check::campaign::Campaign;

/// The figures of which each must hold.
const MUST_HOLD: [&str; 2] = ["provable_mismatches", "provable_least_visits"];

fn campaign() -> Result<Campaign, String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let mut campaign = Campaign {
        table: true,
        programs: 0,
        seed: now << 24,
        threads: available_parallelism().map_or(1, usize::from),
        keep: None,
        only: String::new(),
        verbose: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} wants a value"))?;
        let number = || value.parse().map_err(|_| format!("{name}: no number: {value}"));
        match name.as_str() {
            "--table" => campaign.table = value == "yes",
            "--programs" => campaign.programs = number()?,
            "--seed" => campaign.seed = number()?,
            "--threads" => campaign.threads = number()?.max(1) as usize,
            "--keep" => campaign.keep = Some(value.into()),
            "--only" => campaign.only = value,
            "--verbose" => campaign.verbose = value == "yes",
            _ => return Err(format!("no option: {name}")),
        }
    }
    Ok(campaign)
}

fn main() -> ExitCode {
    let campaign = match campaign() {
        Ok(campaign) => campaign,
        Err(message) => {
            eprintln!("provable-check: {message}");
            return ExitCode::from(2);
        }
    };
    eprintln!("seeds from {}: --seed {} tries them again", campaign.seed, campaign.seed);
    match campaign.run() {
        Ok(figures) => {
            figures.iter().for_each(|line| println!("{line}"));
            let holds = MUST_HOLD.iter().all(|name| {
                figures.iter().any(|line| line["figure"] == *name && line["holds"] == true)
            });
            if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("provable-check: {error}");
            ExitCode::from(2)
        }
    }
}
