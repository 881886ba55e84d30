//! What the context holds where a region is left.

use crate::assembly::{BASE, EBREAK, ECALL, addi, branch, image, jal, jalr};
use crate::exit::Exit;
use crate::translate::tests::{compiled, entered};

/// x1 to x31 are their numbers.
fn numbered() -> [u64; 32] {
    std::array::from_fn(|register| register as u64)
}

#[test]
fn a_side_exit_keeps_what_its_path_changed() {
    // The last block, which the exit after x5 does not reach, changes nothing.
    let words = [
        branch(0, 1, 0, 16),
        addi(5, 5, 100),
        branch(1, 5, 0, 4 * 100),
        ECALL,
        addi(0, 0, 0),
        ECALL,
    ];
    let (exit, context) = compiled(&image(&words), numbered());
    assert_eq!((exit, context.pc), (Exit::Cold, BASE + 8 + 400));
    let mut expected = numbered();
    expected[5] = 105;
    assert_eq!(context.registers, expected);
    assert_eq!(context.fuel, 97);
}

#[test]
fn every_register_is_written_back_at_an_ecall() {
    let mut words: Vec<u32> = (1..32).map(|register| addi(register, register, 1000)).collect();
    words.push(ECALL);
    let (exit, context) = compiled(&image(&words), numbered());
    assert_eq!((exit, context.pc), (Exit::Ecall, BASE + 4 * 31));
    let expected: [u64; 32] =
        std::array::from_fn(|register| if register == 0 { 0 } else { register as u64 + 1000 });
    assert_eq!(context.registers, expected);
    assert_eq!(context.fuel, 100 - 32);
}

#[test]
fn fuel_that_does_not_suffice_leaves_before_the_block() {
    let words = [addi(1, 0, 0), addi(1, 1, 1), addi(2, 2, 1), addi(3, 3, 1), jal(0, -12)];
    let (exit, context) = compiled(&image(&words), numbered());
    // One block of five, and then as many of four as 100 instructions allow.
    assert_eq!((exit, context.pc, context.fuel), (Exit::Fuel, BASE + 4, 3));
    assert_eq!(context.registers[1..4], [24, 26, 27]);
}

#[test]
fn calls_come_back_into_the_region() {
    // Behind the call, x3 changes; the function changes x2.
    let words = [jal(1, 12), addi(3, 3, 1), EBREAK, addi(2, 2, 1), jalr(0, 1, 0)];
    let image = image(&words);
    let (exit, context) = compiled(&image, numbered());
    assert_eq!((exit, context.pc, context.fuel), (Exit::Cold, BASE + 12, 99));

    let called = entered(&image, &[0, 3], numbered());
    assert_eq!((called.0, called.1.pc, called.1.fuel), (Exit::Illegal, BASE + 8, 95));
    assert_eq!(called.1.registers[1..4], [BASE + 4, 3, 4]);
}

#[test]
fn a_call_within_the_region_keeps_what_was_changed_before() {
    // The function is in the region since a branch names it, which is not taken.
    let words =
        [addi(5, 5, 1), branch(1, 2, 2, 16), addi(6, 6, 1), jal(1, 8), EBREAK, EBREAK, EBREAK];
    let (exit, context) = compiled(&image(&words), numbered());
    assert_eq!((exit, context.pc), (Exit::Illegal, BASE + 20));
    assert_eq!(context.registers[5..7], [6, 7]);
    assert_eq!(context.registers[1], BASE + 16);
}

#[test]
fn jumps_through_registers_leave_with_the_address() {
    for (target, offset, expected) in [
        (BASE + 8, 0, BASE + 8),
        (BASE + 8, 1, BASE + 8),
        (BASE + 8, -2, BASE + 6),
        (BASE + 12, 0, BASE + 12),
        (0, -1, u64::MAX - 1),
        (1 << 40, 0, 1 << 40),
    ] {
        let mut registers = numbered();
        registers[7] = target;
        let (exit, context) =
            compiled(&image(&[jalr(7, 7, offset), EBREAK, EBREAK, EBREAK]), registers);
        assert_eq!((exit, context.pc), (Exit::Cold, expected), "{target:#x} {offset}");
        assert_eq!(context.registers[7], BASE + 4);
    }
}
