//! The interface of our own engine. This build holds no engine behind it: every run is refused.

use std::fmt;

/// The bounds of one run.
pub struct Limits {
    pub cycles: u64,
    pub memory_bytes: u64,
    pub public_values_bytes: u64,
}

/// How instructions are executed.
pub enum Mode {
    /// The interpreter first, translated code for what runs often.
    Tiered,
    InterpreterOnly,
}

/// A program that halted.
pub struct Outcome {
    pub exit_code: u32,
    /// As SP1's portable executor counts them (`global_clk`).
    pub cycles: u64,
    pub digest: [u32; 8],
    pub public_values: Vec<u8>,
    pub touched_pages: u64,
    pub compiled_instructions: u64,
    pub compile_seconds: f64,
    /// What the program wrote to descriptors 1 and 2, cut.
    pub printed: Vec<u8>,
}

/// What the machine does not allow, and where the program did it.
#[derive(Debug)]
pub struct GuestFault {
    pub pc: u64,
    pub what: String,
}

impl fmt::Display for GuestFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at {:#x}", self.what, self.pc)
    }
}

/// Why a program did not halt.
#[derive(Debug)]
#[non_exhaustive]
pub enum Stop {
    Fault(GuestFault),
    LimitCycles,
    LimitMemory,
    LimitOutput,
    Unsupported(String),
}

/// Why an ELF is no image.
#[derive(Debug)]
pub struct ImageError(pub String);

impl fmt::Display for ImageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A program, ready to run.
pub struct Image;

impl Image {
    /// Parse an ELF.
    pub fn parse(_elf: &[u8]) -> Result<Self, ImageError> {
        Ok(Self)
    }
}

/// Run a program until it halts.
pub fn run(
    _image: &Image,
    _stdin: &[Vec<u8>],
    _limits: &Limits,
    _mode: Mode,
) -> Result<Outcome, Stop> {
    Err(Stop::Unsupported("this build holds no engine of ours: run it on sp1-portable".into()))
}
