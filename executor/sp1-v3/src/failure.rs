//! Why a request has no result, in the words of the answer's `class` and `detail`.

pub(crate) use attestor_child::guarded;

/// The stable classes, those of `executor/sp1/src/failure.rs` that this has;
/// `attestor/executor/answer.py` maps each to an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// SP1 does not take this ELF.
    InvalidElf,
    /// The program takes more cycles than asked for.
    LimitCycles,
    /// More than asked for is committed, or more is written than the cycles pay for.
    LimitOutput,
    /// A proof of it would rest on what execution does not check, or it is for another SP1.
    Unsupported,
    /// SP1's executor takes it, but its circuits do not accept what the program did.
    Unprovable,
    /// The program did something that the machine does not allow.
    GuestFault,
    /// This process or its request is at fault.
    Crash,
}

impl attestor_child::Class for Class {
    const CRASH: Self = Self::Crash;

    fn name(self) -> &'static str {
        match self {
            Self::InvalidElf => "invalid_elf",
            Self::LimitCycles => "limit_cycles",
            Self::LimitOutput => "limit_output",
            Self::Unsupported => "unsupported",
            Self::Unprovable => "unprovable",
            Self::GuestFault => "guest_fault",
            Self::Crash => "crash",
        }
    }
}

/// A failed request.
pub(crate) type Failure = attestor_child::Failure<Class>;
