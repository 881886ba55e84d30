//! Random programs: our engine ends them as SP1's portable executor does.

use std::path::Path;

use attestor_engine_check::compare::{Comparison, Engines, compare};
use attestor_engine_check::generate::Kind;
use attestor_engine_check::outcome::Verdict;
use attestor_engine_check::seeds;

/// The most programs in a hundred that our limits may cut short.
const INCOMPARABLE_PERCENT: usize = 10;

/// Of so many programs, one may kill SP1's process where ours halts.
const UNANSWERED_SHARE: usize = 300;

/// `most_unprovable`: of a hundred, those that a rule of the circuits may end.
fn assert_same(comparisons: impl Iterator<Item = Comparison>, most_unprovable: usize) {
    let (mut all, mut incomparable, mut unprovable, mut unanswered) = (0, 0, 0, 0);
    for comparison in comparisons {
        assert_ne!(comparison.verdict, Verdict::Different, "{}", comparison.explain());
        all += 1;
        incomparable += usize::from(comparison.verdict == Verdict::Incomparable);
        unprovable += usize::from(comparison.verdict == Verdict::Unprovable);
        unanswered += usize::from(comparison.verdict == Verdict::Unanswered);
    }
    println!(
        "{all} programs, {incomparable} incomparable, {unprovable} unprovable, {unanswered} without \
         an answer of SP1"
    );
    assert!(UNANSWERED_SHARE * unanswered <= all, "{unanswered} without an answer of {all}");
    assert!(100 * unprovable <= most_unprovable * all, "{unprovable} unprovable of {all}");
    assert!(100 * incomparable <= INCOMPARABLE_PERCENT * all, "{incomparable} of {all}");
}

fn engines() -> Engines {
    Engines::next_to(Path::new(env!("CARGO_BIN_EXE_sp1-answer")))
}

fn check(kind: Kind, programs: u64, most_unprovable: usize) {
    let mut engines = engines();
    let compare = |seed| compare(kind, seed, &mut engines).expect("the engines can be asked");
    assert_same((0..programs).map(compare), most_unprovable);
}

#[test]
fn seeds_that_once_differed_end_as_on_sp1() {
    let mut engines = engines();
    for (kind, seed) in seeds::parse(seeds::KEPT) {
        let comparison = compare(kind, seed, &mut engines).expect("the engines can be asked");
        assert_ne!(comparison.verdict, Verdict::Different, "{}", comparison.explain());
    }
}

#[test]
fn plain_programs_end_as_on_sp1() {
    check(Kind::Plain, 3000, 0);
}

#[test]
fn calling_programs_end_as_on_sp1() {
    check(Kind::Calling, 3000, 2);
}

#[test]
fn hostile_programs_end_as_on_sp1() {
    check(Kind::Hostile, 3000, 15);
}
