//! Why a request has no result, in the words of the answer's `class` and `detail`.

use std::panic::{self, AssertUnwindSafe};
use std::sync::OnceLock;

#[cfg(feature = "portable")]
use attestor_engine::Unprovable;

const MAX_DETAIL_CHARS: usize = 500;

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

impl Class {
    pub const fn name(self) -> &'static str {
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
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    pub class: Class,
    /// Printable, at most 500 characters.
    pub detail: String,
    /// Of an unprovable run, the rule that it broke.
    pub rule: Option<&'static str>,
}

impl Failure {
    pub fn new(class: Class, detail: impl AsRef<str>) -> Self {
        let printable = |c: char| if c.is_control() { ' ' } else { c };
        let detail = detail.as_ref().chars().take(MAX_DETAIL_CHARS).map(printable).collect();
        Self { class, detail, rule: None }
    }

    #[cfg(feature = "portable")]
    pub(crate) fn unprovable(unprovable: &Unprovable) -> Self {
        let rule = Some(unprovable.rule.code());
        Self { rule, ..Self::new(Class::Unprovable, unprovable.to_string()) }
    }
}

static FIRST_PANIC: OnceLock<String> = OnceLock::new();

/// Keep the first panic's message, of whichever thread, instead of printing a backtrace.
pub(crate) fn record_panics() {
    panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or("panic without a message");
        let _ = FIRST_PANIC.set(message.to_owned());
    }));
}

/// Run `work`; a panic in it becomes a failure of `class`.
pub(crate) fn guarded<T>(class: Class, work: impl FnOnce() -> T) -> Result<T, Failure> {
    panic::catch_unwind(AssertUnwindSafe(work))
        .map_err(|_| Failure::new(class, FIRST_PANIC.get().map_or("panic", String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detail_is_cut_and_printable() {
        let failure = Failure::new(Class::Crash, format!("a\n\u{1b}[0m{}", "é".repeat(600)));

        assert!(failure.detail.starts_with("a  [0mé"));
        assert_eq!(failure.detail.chars().count(), 500);
    }

    #[test]
    fn panic_becomes_a_failure_of_the_given_class() {
        let failure = guarded(Class::GuestFault, || panic!("of the guest")).unwrap_err();

        assert_eq!(failure.class, Class::GuestFault);
    }

    #[test]
    fn result_passes_through() {
        assert_eq!(guarded(Class::Crash, || 7), Ok(7));
    }
}
