//! What a run may use, and how it ends.

use std::fmt;

use attestor_precompiles::Rule;

/// The bytes that a program may WRITE, to whichever descriptor, beyond one per instruction. SP1's
/// executors copy each of them, for no cycles. A call for people to read, and each line of it, counts
/// as 256 bytes more.
pub const WRITE_ALLOWANCE: u64 = 16 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most instructions, as SP1's `global_clk` counts; unconstrained blocks, which it does not
    /// count, may execute as many again.
    pub cycles: u64,
    /// The most bytes of guest memory (in chunks of 64 KiB), of copies for unconstrained blocks
    /// and of hints that the guest makes.
    pub memory_bytes: u64,
    pub public_values_bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Interpret, and compile what is hot; all is interpreted where that is impossible.
    Tiered,
    /// As `Tiered`, with a block hot after so many entries, 0 for the first: for tests.
    TieredAt {
        hot: u16,
    },
    InterpreterOnly,
}

/// A program that halted.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub exit_code: u32,
    /// SP1's `global_clk`.
    pub cycles: u64,
    /// The words of COMMIT.
    pub digest: [u32; 8],
    pub public_values: Vec<u8>,
    /// Pages of 4 KiB that the guest had.
    pub touched_pages: u64,
    /// Instructions inside of unconstrained blocks, which `cycles` leaves out.
    pub unconstrained_cycles: u64,
    /// What WRITE was charged for; see `WRITE_ALLOWANCE`.
    pub written_bytes: u64,
    /// What SP1's executors take to load the program, in cycles' time (`image/loading.rs`).
    pub load_cycles: u64,
    /// Windows of 2 MiB that the guest touched: SP1's portable executor makes a table for each.
    pub windows: u64,
    /// Those that each unconstrained block accessed, and one for the block: it makes them anew.
    pub block_windows: u64,
    /// What precompiles and hooks cost SP1's executors beyond a cycle each, in cycles' time.
    pub call_cycles: u64,
    pub compiled_instructions: u64,
    pub compile_seconds: f64,
    /// The first bytes of what the guest wrote to descriptors 1 and 2.
    pub printed: Vec<u8>,
    /// Why no proof can show this end, if the exit code is 0.
    pub unprovable: Option<Unprovable>,
}

/// Why a program did not halt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    Fault(GuestFault),
    LimitCycles,
    LimitMemory,
    /// The host refused memory that the limit allows.
    HostMemory,
    LimitOutput,
    /// WRITE was charged for more than `WRITE_ALLOWANCE` and one byte per instruction.
    LimitWritten,
    /// SP1's executor goes on, but its circuits do not accept what the program did.
    Unprovable(Unprovable),
    /// SP1 executes it, but no proof of ours can cover it; or no syscall at all.
    Unsupported(String),
}

/// What SP1's circuits do not allow, where its executor does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unprovable {
    pub rule: Rule,
    /// As of a `GuestFault`.
    pub pc: u64,
    /// The system call that did it, if one did.
    pub call: Option<&'static str>,
}

/// What SP1's machine does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestFault {
    /// Of the instruction at fault; of a wild jump, its target.
    pub pc: u64,
    pub kind: FaultKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    Misaligned {
        address: u64,
    },
    OutOfRange {
        address: u64,
    },
    WildJump,
    IllegalInstruction,
    /// A syscall with arguments that SP1 refuses; the text says why.
    Refused(&'static str),
}

impl fmt::Display for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => write!(formatter, "{fault}"),
            Self::LimitCycles => write!(formatter, "the cycle limit was reached"),
            Self::LimitMemory => write!(formatter, "the memory limit was reached"),
            Self::HostMemory => write!(formatter, "the host refuses memory"),
            Self::LimitOutput => write!(formatter, "the public values are longer than the limit"),
            Self::LimitWritten => {
                write!(formatter, "more is written than the instructions pay for")
            }
            Self::Unprovable(unprovable) => write!(formatter, "{unprovable}"),
            Self::Unsupported(what) => write!(formatter, "{what} is not supported"),
        }
    }
}

impl fmt::Display for Unprovable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(call) = self.call {
            write!(formatter, "{call}: ")?;
        }
        write!(formatter, "{} at pc {:#x}", self.rule, self.pc)
    }
}

impl fmt::Display for GuestFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            FaultKind::Misaligned { address } => {
                write!(formatter, "misaligned access {address:#x}")
            }
            FaultKind::OutOfRange { address } => {
                write!(formatter, "access out of range {address:#x}")
            }
            FaultKind::WildJump => write!(formatter, "jump out of the program"),
            FaultKind::IllegalInstruction => write!(formatter, "illegal instruction"),
            FaultKind::Refused(why) => write!(formatter, "{why}"),
        }?;
        write!(formatter, " at pc {:#x}", self.pc)
    }
}

impl std::error::Error for Stop {}
