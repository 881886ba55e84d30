use super::*;

#[test]
fn block_is_hot_after_its_entries() {
    let mut hotness = Hotness::for_instructions(2, 3);

    assert_eq!([0; 5].map(|index| hotness.enter(index)), [false, false, false, true, true]);
    assert!(!hotness.enter(1));
}

#[test]
fn block_is_hot_at_its_first_entry() {
    assert!(Hotness::for_instructions(1, 0).enter(0));
}

#[test]
fn cooled_block_is_counted_anew() {
    let mut hotness = Hotness::for_instructions(1, 2);
    assert_eq!([0; 3].map(|index| hotness.enter(index)), [false, false, true]);
    hotness.cool(0);

    assert_eq!([0; 2].map(|index| hotness.enter(index)), [false, true]);
}

#[test]
fn cooled_block_that_one_entry_makes_hot_is_never_hot_again() {
    // Otherwise the main loop would ask forever.
    for hot in [0, 1] {
        let mut hotness = Hotness::for_instructions(1, hot);
        hotness.cool(0);

        assert!(!hotness.enter(0), "{hot}");
    }
}

#[test]
fn entered_block_was_entered() {
    let mut hotness = Hotness::for_instructions(2, 3);
    hotness.enter(0);

    assert_eq!([0, 1].map(|index| hotness.was_entered(index)), [true, false]);
    assert!(Hotness::for_instructions(1, 0).was_entered(0), "without a count all may have been");
    assert!(!Hotness::off().was_entered(0));
}

#[test]
fn forbidden_block_is_never_hot() {
    let mut hotness = Hotness::for_instructions(1, 0);
    hotness.forbid(0);

    assert!(!hotness.enter(0));
    assert!(!Hotness::off().enter(0));
}
