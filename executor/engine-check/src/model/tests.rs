use super::*;

#[test]
fn divisions_without_a_result_are_those_of_the_manual() {
    // Table 7.1 of the manual, and its 32-bit form.
    for (name, left, right, result) in [
        ("divu", 5, 0, u64::MAX),
        ("remu", 5, 0, 5),
        ("div", 5, 0, u64::MAX),
        ("rem", 5, 0, 5),
        ("div", 1 << 63, u64::MAX, 1 << 63),
        ("rem", 1 << 63, u64::MAX, 0),
        ("divuw", 0xffff_ffff_8000_0000, 0, u64::MAX),
        ("remuw", 0x8000_0000, 0, 0xffff_ffff_8000_0000),
        ("divw", 0x8000_0000, u64::MAX, 0xffff_ffff_8000_0000),
        ("remw", 0x8000_0000, u64::MAX, 0),
    ] {
        assert_eq!(compute(name, left, right), Some(result), "{name} {left:#x} {right:#x}");
    }
}

#[test]
fn upper_halves_of_products_keep_their_signs() {
    let minus_one = u64::MAX;
    assert_eq!(compute("mulh", minus_one, minus_one), Some(0));
    assert_eq!(compute("mulhu", minus_one, minus_one), Some(minus_one - 1));
    assert_eq!(compute("mulhsu", minus_one, minus_one), Some(minus_one));
    assert_eq!(compute("mulhu", 1 << 32, 1 << 32), Some(1));
}

#[test]
fn shifts_take_the_lowest_bits_of_an_amount() {
    assert_eq!(compute("sll", 1, 65), Some(2));
    assert_eq!(compute("sraw", 0x8000_0000, 33), Some(0xffff_ffff_c000_0000));
    assert_eq!(compute("srl", u64::MAX, 63), Some(1));
}

#[test]
fn loads_extend_signs_unless_named_otherwise() {
    assert_eq!(loaded("lb", &[0x80]), 0xffff_ffff_ffff_ff80);
    assert_eq!(loaded("lbu", &[0x80]), 0x80);
    assert_eq!(loaded("lwu", &[1, 0, 0, 0x80]), 0x8000_0001);
}

#[test]
fn other_instructions_have_no_result() {
    assert_eq!(compute("lui", 1, 1), None);
    assert_eq!(branches("add", 1, 1), None);
}
