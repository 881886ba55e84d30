//! Which registers of a region get host registers.

use super::{ALWAYS, Allocation, Place};
use crate::assembly::{BASE, add, addi, branch, halt, image, jal, r_type};
use crate::image::Image;
use crate::translate::assembler::Gpr;
use crate::translate::region::Region;

/// The allocation of the region from the first word on.
fn allocation(words: &[u32]) -> (Image, Allocation) {
    let image = image(&[words, &halt()].concat());
    let region = Region::discover(&image, 0, |_, _| true);
    let allocation = Allocation::of(&image, &region);
    (image, allocation)
}

#[test]
fn no_host_register_is_given_twice_or_is_of_another_use() {
    let words: Vec<u32> = (1..32).map(|register| addi(register, register, 1)).collect();
    let (_, allocation) = allocation(&words);
    let hosts: Vec<Gpr> = allocation.hosts().map(|(_, host)| host).collect();
    for (place, host) in hosts.iter().enumerate() {
        assert!(!hosts[..place].contains(host), "{host:?}");
        assert!(*host == Gpr::Rdx || ALWAYS.contains(host), "{host:?}");
    }
    assert_eq!(hosts.len(), ALWAYS.len() + 1);
}

#[test]
fn x0_is_nowhere_and_unused_registers_are_in_the_context() {
    let (_, allocation) = allocation(&[add(1, 0, 0), add(2, 1, 0)]);
    assert_eq!(allocation.place(0), Place::Zero);
    assert!(matches!(allocation.place(1), Place::Host(_)));
    assert_eq!(allocation.place(31), Place::Context);
}

#[test]
fn registers_of_an_inner_loop_come_before_those_used_more_often_outside() {
    // Registers 16 to 31 are named five times each around a loop that names 1 to 3.
    let outside = (16..32).flat_map(|register| [add(register, register, register); 2]);
    let mut words: Vec<u32> = outside.collect();
    let head = words.len() as i32;
    words.extend([add(1, 2, 3), branch(1, 1, 2, -4)]);
    words.extend([add(20, 20, 20), jal(0, -4 * (head + 3))]);
    let (_, allocation) = allocation(&words);
    for register in 1..4 {
        assert!(matches!(allocation.place(register), Place::Host(_)), "x{register}");
    }
}

#[test]
fn rdx_is_free_for_a_register_where_nothing_needs_it() {
    let adds: Vec<u32> = (1..32).map(|register| add(register, register, register)).collect();
    let has_rdx = |words: &[u32]| {
        let (_, allocation) = allocation(words);
        allocation.hosts().any(|(_, host)| host == Gpr::Rdx)
    };
    assert!(has_rdx(&adds));
    // MULH, MULHSU, MULHU, DIV, DIVU, REM, REMU.
    for funct3 in 1..8 {
        assert!(!has_rdx(&[&adds[..], &[r_type(0x33, funct3, 1, 1, 2, 3)]].concat()), "{funct3}");
    }
    // DIVW, DIVUW, REMW, REMUW.
    for funct3 in 4..8 {
        assert!(!has_rdx(&[&adds[..], &[r_type(0x3b, funct3, 1, 1, 2, 3)]].concat()), "{funct3}");
    }
    assert!(has_rdx(&[&adds[..], &[r_type(0x33, 0, 1, 1, 2, 3)]].concat()), "MUL");
    assert_eq!(allocation(&adds).0.base, BASE);
}
