use super::decode;
use crate::alu::Alu;
use crate::assembly::{branch, i_type, jal, jalr, lui, r_type, store};
use crate::instruction::{Condition, Operation, Width};

fn operation(word: u32) -> Option<Operation> {
    decode(word).map(|instruction| instruction.operation)
}

#[test]
fn immediates_are_sign_extended() {
    assert_eq!(decode(branch(1, 2, 3, -4096)).expect("bne").immediate, -4096);
    assert_eq!(decode(branch(1, 2, 3, 4094)).expect("bne").immediate, 4094);
    assert_eq!(decode(jal(1, -1_048_576)).expect("jal").immediate, -1_048_576);
    assert_eq!(decode(jal(1, 1_048_574)).expect("jal").immediate, 1_048_574);
    assert_eq!(decode(store(3, 1, 2, -2048)).expect("sd").immediate, -2048);
    assert_eq!(decode(jalr(1, 2, -1)).expect("jalr").immediate, -1);
    assert_eq!(decode(lui(1, 0x8000_0000)).expect("lui").immediate, i32::MIN);
}

#[test]
fn fields_are_in_their_places() {
    let instruction = decode(r_type(0x33, 5, 0x20, 31, 30, 29)).expect("sra");
    assert_eq!(instruction.operation, Operation::Register(Alu::Sra));
    assert_eq!((instruction.rd, instruction.rs1, instruction.rs2), (31, 30, 29));
    let instruction = decode(branch(7, 30, 29, 8)).expect("bgeu");
    assert_eq!(instruction.operation, Operation::Branch(Condition::AboveOrEqual));
    assert_eq!((instruction.rd, instruction.rs1, instruction.rs2), (0, 30, 29));
    let load = Operation::Load { width: Width::Word, signed: false };
    assert_eq!(operation(i_type(3, 6, 1, 2, 3)), Some(load));
}

#[test]
fn ignored_bits_are_those_of_sp1s_decoder() {
    let with_funct7 = |opcode, funct3| operation(r_type(opcode, funct3, 0x55, 1, 2, 3));
    assert_eq!(with_funct7(0x13, 1), Some(Operation::Immediate(Alu::Sll)));
    assert_eq!(with_funct7(0x1b, 1), Some(Operation::Immediate(Alu::SllW)));
    assert_eq!(with_funct7(0x3b, 1), Some(Operation::Register(Alu::SllW)));
    assert_eq!(with_funct7(0x3b, 4), Some(Operation::Register(Alu::DivW)));
    assert_eq!(with_funct7(0x3b, 6), Some(Operation::Register(Alu::RemW)));
    assert_eq!(with_funct7(0x3b, 7), Some(Operation::Register(Alu::RemuW)));
    assert_eq!(operation(i_type(0x67, 5, 1, 2, 0)), Some(Operation::JumpRegister));
}

#[test]
fn what_sp1_loads_but_cannot_run_is_illegal() {
    for word in [0x0010_0073, 0x1050_0073, 0x3020_0073, 0xc000_1073, 0x0ff0_000f, 0xc000_70f3] {
        assert_eq!(operation(word), Some(Operation::Illegal), "{word:#x}");
    }
}

#[test]
fn what_sp1_does_not_load_is_refused() {
    let compressed = [0x0000_0001, 0x0000_9002, 0x0000_4108];
    let opcodes = [0x0000_0007, 0x0000_002f, 0x0000_0053, 0x0000_007f, 0, u32::MAX];
    let functions = [
        i_type(0x03, 7, 1, 2, 0),
        store(4, 1, 2, 0),
        branch(2, 1, 2, 0),
        branch(3, 1, 2, 0),
        r_type(0x13, 5, 2, 1, 2, 3),
        r_type(0x1b, 5, 1, 1, 2, 3),
        r_type(0x1b, 2, 0, 1, 2, 3),
        r_type(0x33, 0, 2, 1, 2, 3),
        r_type(0x33, 1, 0x20, 1, 2, 3),
        r_type(0x3b, 0, 2, 1, 2, 3),
        r_type(0x3b, 2, 0, 1, 2, 3),
        r_type(0x3b, 5, 2, 1, 2, 3),
        i_type(0x0f, 1, 0, 0, 0),
        i_type(0x73, 4, 0, 0, 0),
        i_type(0x73, 0, 1, 0, 0),
        i_type(0x73, 0, 0, 1, 0),
        i_type(0x73, 0, 0, 0, 2),
    ];
    for word in compressed.into_iter().chain(opcodes).chain(functions) {
        assert_eq!(decode(word), None, "{word:#x}");
    }
}
