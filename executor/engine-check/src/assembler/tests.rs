use super::*;
use crate::operation::{BNE, LD, SD};

#[test]
fn words_are_those_of_gnu_as() {
    // riscv64-unknown-elf-as 2.40 of Debian 12, read with objdump.
    let mut assembler = Assembler::default();
    let top = assembler.label();
    assembler.place(top);
    assembler.immediate(ADDI, 10, 10, -1);
    assembler.immediate(LD, 5, 2, 2047);
    assembler.store(SD, 5, 2, -8);
    assembler.branch(BNE, 10, 11, top);
    assembler.jump(1, top);
    assembler.immediate(SLLI, 7, 6, 63);

    let expected = [0xfff5_0513, 0x7ff1_3283, 0xfe51_3c23, 0xfeb5_1ae3, 0xff1f_f0ef, 0x03f3_1393];
    assert_eq!(assembler.finish(), expected);
}

#[test]
fn address_has_both_parts_of_a_label_ahead() {
    let mut assembler = Assembler::default();
    let ahead = assembler.label();
    assembler.address(5, ahead, -2);
    assembler.immediate(ADDI, 0, 0, 0);
    assembler.place(ahead);

    // lui a0 with 0x78000, addi with 10.
    assert_eq!(assembler.finish()[..2], [0x7800_02b7, 0x00a2_8293]);
}

#[test]
#[should_panic(expected = "out of reach")]
fn branch_that_is_too_far_is_refused() {
    let mut assembler = Assembler::default();
    let far = assembler.label();
    assembler.branch(BNE, 1, 2, far);
    for _ in 0..1024 {
        assembler.ecall();
    }
    assembler.place(far);

    assembler.finish();
}

#[test]
#[should_panic(expected = "is placed")]
fn label_without_a_place_is_refused() {
    let mut assembler = Assembler::default();
    let nowhere = assembler.label();
    assembler.jump(0, nowhere);

    assembler.finish();
}
