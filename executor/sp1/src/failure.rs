//! Why a request has no result, in the words of the answer's `class` and `detail`.

pub(crate) use attestor_child::guarded;
#[cfg(feature = "portable")]
use attestor_engine::Unprovable;

/// The stable classes; `attestor/executor/answer.py` maps each to an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// SP1 does not take this ELF.
    InvalidElf,
    /// The program takes more cycles than asked for.
    LimitCycles,
    /// The memory limit was reached.
    LimitMemory,
    /// The host refused memory within the limit.
    HostMemory,
    /// The public values are longer than asked for, or more is written than the cycles pay for.
    LimitOutput,
    /// SP1 would take it, but its result could not be proved or differs between versions.
    Unsupported,
    /// SP1's executor would take it, but its circuits do not accept what the program did; the
    /// answer's `rule` says why, by a stable name.
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
            Self::LimitMemory => "limit_memory",
            Self::HostMemory => "host_memory",
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

/// A run that broke a rule of the circuits.
#[cfg(feature = "portable")]
pub(crate) fn unprovable(unprovable: &Unprovable) -> Failure {
    Failure::new(Class::Unprovable, unprovable.to_string()).with("rule", unprovable.rule.code())
}
