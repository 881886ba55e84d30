use super::*;
use crate::operation::{BEQ, BNE, LD, SD};

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

/// A branch over so many words, the last of which branches back to what follows the first.
fn branch_over(words: usize) -> Vec<u32> {
    let mut assembler = Assembler::default();
    let (far, next) = (assembler.label(), assembler.label());
    assembler.branch(BEQ, 1, 2, far);
    assembler.place(next);
    (1..words).for_each(|_| assembler.ecall());
    assembler.branch(BNE, 1, 2, next);
    assembler.place(far);
    assembler.finish()
}

fn branch(operation: Operation, immediate: i64) -> u32 {
    operation.encode(Operands { rs1: 1, rs2: 2, immediate, rd: 0 })
}

#[test]
fn branch_that_is_too_far_goes_over_a_jump() {
    let (near, far) = (branch_over(1022), branch_over(1023));

    assert_eq!((near.len(), near[0]), (1023, branch(BEQ, 4092)));
    // jal x0 to what is 4096 bytes after it.
    assert_eq!((far.len(), far[0], far[1]), (1025, branch(BNE, 8), 0x0000_106f));
    assert_eq!([near[1022], far[1024]], [branch(BNE, -4084), branch(BNE, -4088)]);
}

#[test]
#[should_panic(expected = "out of reach")]
fn jump_that_is_too_far_is_refused() {
    let mut assembler = Assembler::default();
    let far = assembler.label();
    assembler.jump(1, far);
    (0..1 << 18).for_each(|_| assembler.ecall());
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
