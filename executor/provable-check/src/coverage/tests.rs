use super::*;
use crate::generate;

fn judged(ours: Ours, circuits: Answer) -> Judgement {
    Judgement { ours, circuits: Some(circuits) }
}

#[test]
fn rule_that_no_program_comes_to_fails() {
    let mut coverage = Coverage::default();
    let nothing = Program { about: [].into(), ..generate::program(1) };
    for _ in 0..PROGRAMS_PER_VISIT {
        coverage.add(&nothing, &judged(Ours::Signable, Answer::Provable));
    }
    assert_eq!(coverage.figure()["value"], 0);
    assert_eq!(coverage.figure()["holds"], false);
}

#[test]
fn sides_are_counted_apart() {
    let mut coverage = Coverage::default();
    let about = Program { about: ["zero_y", "BN254_DOUBLE"].into(), ..generate::program(1) };
    coverage.add(&about, &judged(Ours::Signable, Answer::Provable));
    coverage.add(&about, &judged(Ours::Refused("zero_y".into()), Answer::Refused(vec![])));
    coverage.add(&about, &judged(Ours::Refused("equal_x".into()), Answer::Refused(vec![])));
    let rule = coverage.rules["zero_y"];
    assert_eq!((rule.inside, rule.outside), (1, 1));
    let call = coverage.calls["BN254_DOUBLE"];
    assert_eq!((call.inside, call.outside), (1, 2));
    assert_eq!(coverage.rules["equal_x"].outside, 1);
}

#[test]
fn calls_are_those_of_the_engine() {
    assert_eq!(Coverage::default().calls.len(), 29);
}
