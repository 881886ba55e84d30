//! The same question to our engine and to the circuits.

use attestor_engine::{Image, Limits, Mode, Outcome, Stop, run};
use sha2::{Digest, Sha256};

use crate::program::Program;
use attestor_circuits::{Answer, Circuit, ask};

const LIMITS: Limits =
    Limits { cycles: 20_000_000, memory_bytes: 1 << 28, public_values_bytes: 1 << 20 };

/// Rules that also refuse what could be proven, and why.
const STRICTER: [(&str, &str); 6] = [
    ("digest", "the circuits do not hash; who verifies a proof compares its public values"),
    ("hint_low", "memory that no load can read"),
    ("unreduced", "some numbers above a curve's prime pass; no library makes any"),
    (
        "commit_early",
        "counted as if each cycle and call were the largest, in a shard that is nearly full",
    ),
    ("unsupported", "calls without an effect that no program of SP1's toolchain makes"),
    ("limit", "our limits of cycles and memory"),
];

/// What our engine says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ours {
    Signable,
    Panicked,
    /// By the code of a rule, or by the kind of the end.
    Refused(String),
}

#[derive(Clone, Debug)]
pub struct Judgement {
    pub ours: Ours,
    /// None: not asked, as ours is a limit's.
    pub circuits: Option<Answer>,
}

impl Judgement {
    /// Of a program on which our own code panicked: a mismatch, whatever the circuits say.
    pub fn panicked() -> Self {
        Self { ours: Ours::Panicked, circuits: None }
    }

    /// Whether ours is right.
    pub fn agrees(&self) -> bool {
        match (&self.ours, &self.circuits) {
            (Ours::Signable, Some(Answer::Provable)) => true,
            (Ours::Refused(_), Some(Answer::Refused(_) | Answer::Stopped(_)) | None) => true,
            (Ours::Refused(why), Some(Answer::Provable)) => {
                STRICTER.iter().any(|(rule, _)| rule == why)
            }
            (Ours::Signable | Ours::Panicked, _) => false,
        }
    }
}

/// # Panics
/// Our two tiers differ.
pub fn judge(circuit: &Circuit, program: &Program) -> Judgement {
    let [interpreted, compiled] =
        [Mode::InterpreterOnly, Mode::TieredAt { hot: 0 }].map(|mode| ours(program, mode));
    assert_eq!(interpreted, compiled, "{}: the tiers differ", program.name);
    let limited = interpreted == Ours::Refused("limit".to_owned());
    let circuits = (!limited).then(|| ask(circuit, &program.elf, &program.stdin));
    Judgement { ours: interpreted, circuits }
}

/// What attestor would do: run, and ask for exit code and digest (`attestor/core/execution.py`).
fn ours(program: &Program, mode: Mode) -> Ours {
    let refused = |why: &str| Ours::Refused(why.to_owned());
    let Ok(image) = Image::parse(&program.elf) else { return refused("no program") };
    match run(&image, &program.stdin, &LIMITS, mode) {
        Ok(outcome) if outcome.exit_code != 0 => refused("exit code"),
        Ok(Outcome { unprovable: Some(end), .. }) => refused(end.rule.code()),
        Ok(outcome) if !is_committed(&outcome) => refused("digest"),
        Ok(_) => Ours::Signable,
        Err(Stop::Unprovable(unprovable)) => refused(unprovable.rule.code()),
        Err(Stop::Fault(_)) => refused("fault"),
        Err(Stop::Unsupported(_)) => refused("unsupported"),
        Err(Stop::LimitCycles | Stop::LimitMemory | Stop::LimitOutput | Stop::LimitWritten) => {
            refused("limit")
        }
        Err(Stop::HostMemory) => panic!("the host refuses memory"),
    }
}

fn is_committed(outcome: &Outcome) -> bool {
    let committed = outcome.digest.iter().flat_map(|word| word.to_le_bytes());
    committed.eq(Sha256::digest(&outcome.public_values))
}
