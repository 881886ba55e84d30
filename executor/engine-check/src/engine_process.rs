//! An engine in a process of its own. Some programs take SP1's down: SP1 6.10.0 aborts on a length
//! for which there is no memory, and crashes on an operand that wraps. A fault of our machine code
//! would take ours down, and a comparison has to know of which program.

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::answer;
use crate::generate::Kind;
use crate::outcome::{End, Run};

/// The exit code of a process that gave up, as its run had no end in time.
pub(crate) const ENDLESS: u8 = 3;
/// The exit code of a process that took too much memory.
pub(crate) const TOO_LARGE: u8 = 4;
/// SP1 takes and fills 7 MB or more for each program: without these bounds of glibc's allocator
/// (mallopt(3)) it gives them back in between, and half of its time is page faults.
const KEEP_MEMORY: [(&str, &str); 2] =
    [("MALLOC_MMAP_THRESHOLD_", "33554432"), ("MALLOC_TRIM_THRESHOLD_", "268435456")];

/// Runs in a process that is started again after its death.
pub(crate) struct EngineProcess {
    binary: PathBuf,
    running: Option<Running>,
}

struct Running {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl EngineProcess {
    /// The process of a binary that calls `serve`.
    pub(crate) fn new(binary: &Path) -> Self {
        Self { binary: binary.to_owned(), running: None }
    }

    /// Run the program of a seed.
    ///
    /// # Errors
    /// The process cannot be started, or does not keep to its protocol.
    pub(crate) fn run(&mut self, kind: Kind, seed: u64) -> io::Result<Run> {
        let mut running = match self.running.take() {
            Some(running) => running,
            None => Running::start(&self.binary)?,
        };
        match running.ask(kind, seed) {
            Some(line) => {
                self.running = Some(running);
                answer::run(&line).ok_or_else(|| io::Error::other(format!("no answer: {line}")))
            }
            None => running.death(),
        }
    }
}

impl Drop for EngineProcess {
    fn drop(&mut self) {
        if let Some(Running { mut child, questions, .. }) = self.running.take() {
            drop(questions);
            let _ = child.wait();
        }
    }
}

impl Running {
    fn start(binary: &Path) -> io::Result<Self> {
        let mut command = Command::new(binary);
        // What it says when it dies is no news.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.envs(KEEP_MEMORY);
        let mut child = command.spawn().map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", binary.display()))
        })?;
        let (questions, answers) = (child.stdin.take(), child.stdout.take());
        let (Some(questions), Some(answers)) = (questions, answers) else {
            return Err(io::Error::other("a child without pipes"));
        };
        Ok(Self { child, questions, answers: BufReader::new(answers) })
    }

    /// `None`: it died.
    fn ask(&mut self, kind: Kind, seed: u64) -> Option<String> {
        writeln!(self.questions, "{} {seed}", kind.name()).ok()?;
        let mut line = String::new();
        self.answers.read_line(&mut line).ok()?;
        line.ends_with('\n').then_some(line)
    }

    /// What the death says of the run.
    fn death(mut self) -> io::Result<Run> {
        let status = self.child.wait()?;
        let end = match status.code() {
            Some(code) if code == i32::from(ENDLESS) => End::Endless,
            Some(code) if code == i32::from(TOO_LARGE) => End::TooLarge,
            _ => End::NoAnswer,
        };
        Ok(Run { end, detail: format!("its process ended: {status}") })
    }
}
