//! The other side of `engine_process`: run programs, one after the other.
//!
//! A line of the input is a kind and a seed; its answer is a line of JSON. It ends when the input
//! does, or when a run takes too much time or memory: see the exit codes of `engine_process`.

use std::io::{self, BufRead, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::engine_process::{ENDLESS, TOO_LARGE};
use crate::generate::{self, Generated};
use crate::outcome::Run;
use crate::{answer, process, seeds};

/// Of CPU time: an engine is done with any of our programs in less than a second.
const PATIENCE_CPU_SECONDS: f64 = 60.0;
/// For one that waits.
const PATIENCE: Duration = Duration::from_secs(600);
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// What a WRITE of a wild length makes SP1 hold is not under its limit.
const MOST_KB: u64 = 4 << 20;

/// When the run began that is under way, and what CPU time was used before.
static SINCE: Mutex<Option<(Instant, f64)>> = Mutex::new(None);

/// Answer for the programs of the input.
///
/// # Errors
/// The input or the output is broken.
pub fn serve(run: impl Fn(&Generated) -> Run) -> io::Result<()> {
    std::thread::spawn(watch);
    for line in io::stdin().lock().lines() {
        for (kind, seed) in seeds::parse(&line?) {
            let program = generate::program(kind, seed);
            set_since(Some((Instant::now(), process::cpu_seconds())));
            let run = run(&program);
            set_since(None);
            let mut output = io::stdout().lock();
            writeln!(output, "{}", answer::line(&run))?;
            output.flush()?;
        }
    }
    Ok(())
}

fn set_since(since: Option<(Instant, f64)>) {
    *SINCE.lock().expect("no panic while it is held") = since;
}

/// A run cannot be stopped from within: end the process.
fn watch() {
    loop {
        std::thread::sleep(LOOK_EVERY);
        let since = *SINCE.lock().expect("no panic while it is held");
        let is_endless = since.is_some_and(|(began, used)| {
            began.elapsed() > PATIENCE || process::cpu_seconds() - used > PATIENCE_CPU_SECONDS
        });
        if is_endless {
            std::process::exit(i32::from(ENDLESS));
        }
        if process::max_rss_kb() > MOST_KB {
            std::process::exit(i32::from(TOO_LARGE));
        }
    }
}
