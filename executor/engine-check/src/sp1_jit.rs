//! SP1's JIT, which runs in a process of its own: it is built with other features, and a program
//! that it runs may take the process down.

use std::io;
use std::path::Path;
use std::process::Command;

use crate::answer::halted;
use crate::compare::Comparison;
use crate::generate;
use crate::outcome::{End, Halted};

/// Whether SP1's JIT ends a plain program otherwise than ours.
pub(crate) fn differs(runner: &Path, comparison: &Comparison) -> bool {
    let elf = generate::program(comparison.kind, comparison.seed).elf;
    let file = format!("engine-check-{}-{}.elf", std::process::id(), comparison.seed);
    let on_jit = run(runner, &std::env::temp_dir().join(file), &elf)
        .unwrap_or_else(|error| panic!("{}: {error}", runner.display()));
    match (&comparison.tiered.end, on_jit) {
        (End::Halted(ours), Some(jit)) => *ours != jit,
        _ => true,
    }
}

/// Run a program without stdin, from a file of this path; `None`: its process died.
fn run(runner: &Path, path: &Path, elf: &[u8]) -> io::Result<Option<Halted>> {
    std::fs::write(path, elf)?;
    let output = Command::new(runner).arg(path).output();
    std::fs::remove_file(path)?;
    let output = output?;
    Ok(serde_json::from_slice(&output.stdout).ok().and_then(|line| halted(&line)))
}
