//! Why a request has no result, in the words of the answer's `class` and `detail`.

use std::panic::{self, AssertUnwindSafe};
use std::sync::OnceLock;

use attestor_protocol::Fields;
use serde_json::Value;

const MAX_DETAIL_CHARS: usize = 500;

/// A program's stable classes of failures; the parent maps each to an error.
pub trait Class: Copy {
    /// The process or its request is at fault.
    const CRASH: Self;

    fn name(self) -> &'static str;
}

/// A failed request.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure<C> {
    pub class: C,
    /// Printable, at most 500 characters.
    pub detail: String,
    /// What else of the answer is for programs to read, by name.
    pub fields: Fields,
}

impl<C: Class> Failure<C> {
    pub fn new(class: C, detail: impl AsRef<str>) -> Self {
        let printable = |c: char| if c.is_control() { ' ' } else { c };
        let detail = detail.as_ref().chars().take(MAX_DETAIL_CHARS).map(printable).collect();
        Self { class, detail, fields: Fields::new() }
    }

    /// A failure of the process or of its request.
    pub fn crash(detail: impl AsRef<str>) -> Self {
        Self::new(C::CRASH, detail)
    }

    /// The same with one more field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
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
pub fn guarded<C: Class, T>(class: C, work: impl FnOnce() -> T) -> Result<T, Failure<C>> {
    panic::catch_unwind(AssertUnwindSafe(work))
        .map_err(|_| Failure::new(class, FIRST_PANIC.get().map_or("panic", String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Kind {
        Crash,
        Fault,
    }

    impl Class for Kind {
        const CRASH: Self = Self::Crash;

        fn name(self) -> &'static str {
            "kind"
        }
    }

    #[test]
    fn detail_is_cut_and_printable() {
        let failure = Failure::new(Kind::Crash, format!("a\n\u{1b}[0m{}", "é".repeat(600)));

        assert!(failure.detail.starts_with("a  [0mé"));
        assert_eq!(failure.detail.chars().count(), 500);
    }

    #[test]
    fn panic_becomes_a_failure_of_the_given_class() {
        let failure = guarded(Kind::Fault, || panic!("of the guest")).unwrap_err();

        assert_eq!(failure.class, Kind::Fault);
    }

    #[test]
    fn result_passes_through() {
        assert_eq!(guarded(Kind::Crash, || 7), Ok(7));
    }
}
