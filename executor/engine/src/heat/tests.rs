use super::*;

#[test]
fn block_is_hot_after_its_entries() {
    let mut heat = Heat::for_instructions(2, 3);

    assert_eq!([0; 5].map(|index| heat.enter(index)), [false, false, false, true, true]);
    assert!(!heat.enter(1));
}

#[test]
fn block_is_hot_at_its_first_entry() {
    assert!(Heat::for_instructions(1, 0).enter(0));
}

#[test]
fn cooled_block_is_counted_anew() {
    let mut heat = Heat::for_instructions(1, 1);
    assert_eq!([0; 2].map(|index| heat.enter(index)), [false, true]);
    heat.cool(0);

    assert_eq!([0; 2].map(|index| heat.enter(index)), [false, true]);
}

#[test]
fn cooled_block_without_a_count_is_never_hot_again() {
    // Else the loop around it would ask for ever.
    let mut heat = Heat::for_instructions(1, 0);
    heat.cool(0);

    assert!(!heat.enter(0));
}

#[test]
fn forbidden_block_is_never_hot() {
    let mut heat = Heat::for_instructions(1, 0);
    heat.forbid(0);

    assert!(!heat.enter(0));
    assert!(!Heat::off().enter(0));
}
