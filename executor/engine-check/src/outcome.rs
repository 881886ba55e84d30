//! How a run ended, in terms that every engine shares.

/// The result of a program that halted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Halted {
    pub exit_code: u32,
    pub cycles: u64,
    /// The words that the program gave to COMMIT.
    pub digest: [u32; 8],
    pub public_values: Vec<u8>,
}

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    Halted(Halted),
    /// The machine does not allow what the program did.
    Fault,
    LimitCycles,
    LimitMemory,
    LimitOutput,
    /// SP1 runs it, and ours refuses it.
    Unsupported,
    /// SP1 runs it, and its circuits do not accept it: `make check-provable` asks them.
    Unprovable,
    /// The file is no program.
    NoProgram,
    /// Its process died.
    NoAnswer,
    /// Its process took more memory than is given to it.
    TooLarge,
    /// Its process gave up, as there was no end in time.
    Endless,
}

/// A run of a program, with a word for people on why it ended.
#[derive(Clone, Debug)]
pub struct Run {
    pub end: End,
    pub detail: String,
}

/// What two engines' ends say of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Same,
    /// One of them stopped at a limit that the other one does not have.
    Incomparable,
    /// SP1 gave no answer where ours halted.
    Unanswered,
    /// Ours refused what SP1's circuits do not accept, and SP1's executor came there too.
    Unprovable,
    Different,
}

/// Judge our run by SP1's.
///
/// A fault of SP1 is any refusal of ours; what SP1 runs, ours may refuse by name. What kills SP1
/// says nothing, and is counted apart where ours halts. `unprovable` judges an end by a rule
/// of the circuits, for which it needs the program.
pub fn judge(ours: &End, sp1: &End) -> Verdict {
    match (ours, sp1) {
        (ours, sp1) if ours == sp1 => Verdict::Same,
        (End::Unsupported, End::Fault) => Verdict::Same,
        (End::Unsupported | End::LimitCycles, _) => Verdict::Incomparable,
        (End::Halted(_), End::NoAnswer | End::TooLarge) => Verdict::Unanswered,
        (_, End::NoAnswer | End::TooLarge) => Verdict::Incomparable,
        _ => Verdict::Different,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn halted(cycles: u64) -> End {
        End::Halted(Halted { exit_code: 0, cycles, digest: [0; 8], public_values: vec![] })
    }

    #[test]
    fn equal_ends_are_the_same() {
        assert_eq!(judge(&halted(7), &halted(7)), Verdict::Same);
        assert_eq!(judge(&End::Fault, &End::Fault), Verdict::Same);
        assert_eq!(judge(&End::Unsupported, &End::Fault), Verdict::Same);
    }

    #[test]
    fn one_cycle_more_is_different() {
        assert_eq!(judge(&halted(7), &halted(8)), Verdict::Different);
    }

    #[test]
    fn fault_of_one_alone_is_different() {
        assert_eq!(judge(&halted(7), &End::Fault), Verdict::Different);
        assert_eq!(judge(&End::Fault, &halted(7)), Verdict::Different);
        assert_eq!(judge(&End::NoProgram, &halted(7)), Verdict::Different);
        assert_eq!(judge(&End::Fault, &End::LimitMemory), Verdict::Different);
    }

    #[test]
    fn death_of_sp1_says_nothing_and_is_counted_apart_where_ours_halts() {
        for death in [End::NoAnswer, End::TooLarge] {
            assert_eq!(judge(&End::Fault, &death), Verdict::Incomparable);
            assert_eq!(judge(&halted(7), &death), Verdict::Unanswered);
        }
    }

    #[test]
    fn run_of_sp1_without_an_end_is_different() {
        assert_eq!(judge(&halted(7), &End::Endless), Verdict::Different);
        assert_eq!(judge(&End::Fault, &End::Endless), Verdict::Different);
    }

    #[test]
    fn our_limits_and_refusals_say_nothing() {
        assert_eq!(judge(&End::LimitCycles, &halted(7)), Verdict::Incomparable);
        assert_eq!(judge(&End::Unsupported, &halted(7)), Verdict::Incomparable);
    }
}
