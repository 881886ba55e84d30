//! From 32-bit words to instructions.
//!
//! The accepted words are those of rrs-succinct 0.2.0, SP1's decoder, which ignores funct7 of SLLI,
//! SLLIW, SLLW, DIVW, REMW and REMUW, and funct3 of JALR. SP1 refuses a program with another word.

use crate::alu::Alu;
use crate::instruction::{Condition, Instruction, Operation, Width};

/// The instruction; None: SP1 refuses to load a program with this word.
pub(crate) fn decode(word: u32) -> Option<Instruction> {
    let upper = (word & 0xffff_f000) as i32;
    let load_offset = word as i32 >> 20;
    match word & 0x7f {
        0x37 => Some(to_register(word, Operation::Constant, upper)),
        0x17 => Some(to_register(word, Operation::PcRelative, upper)),
        0x6f => Some(to_register(word, Operation::Jump, jump_offset(word))),
        0x67 => Some(from_register(word, Operation::JumpRegister, load_offset)),
        0x63 => Some(branch(word, condition(funct3(word))?)),
        0x03 => {
            let (width, signed) = loaded(funct3(word))?;
            Some(from_register(word, Operation::Load { width, signed }, load_offset))
        }
        0x23 => Some(store(word, stored(funct3(word))?)),
        0x13 => immediate(word),
        0x1b => immediate_word(word),
        0x33 => Some(registers(word, operation(funct3(word), funct7(word))?)),
        0x3b => Some(registers(word, operation_word(funct3(word), funct7(word))?)),
        0x0f if funct3(word) == 0 => Some(bare(Operation::Illegal)),
        0x73 => system(word).map(bare),
        _ => None,
    }
}

fn funct3(word: u32) -> u32 {
    word >> 12 & 7
}

fn funct7(word: u32) -> u32 {
    word >> 25
}

fn rd(word: u32) -> u8 {
    (word >> 7 & 31) as u8
}

fn rs1(word: u32) -> u8 {
    (word >> 15 & 31) as u8
}

fn rs2(word: u32) -> u8 {
    (word >> 20 & 31) as u8
}

fn bare(operation: Operation) -> Instruction {
    Instruction { operation, rd: 0, rs1: 0, rs2: 0, immediate: 0 }
}

fn to_register(word: u32, operation: Operation, immediate: i32) -> Instruction {
    Instruction { rd: rd(word), immediate, ..bare(operation) }
}

fn from_register(word: u32, operation: Operation, immediate: i32) -> Instruction {
    Instruction { rs1: rs1(word), ..to_register(word, operation, immediate) }
}

fn registers(word: u32, alu: Alu) -> Instruction {
    Instruction { rs2: rs2(word), ..from_register(word, Operation::Register(alu), 0) }
}

fn store(word: u32, width: Width) -> Instruction {
    let offset = (word as i32 >> 25 << 5) | (word >> 7 & 31) as i32;
    let bare = bare(Operation::Store(width));
    Instruction { rs1: rs1(word), rs2: rs2(word), immediate: offset, ..bare }
}

fn branch(word: u32, condition: Condition) -> Instruction {
    let low = (word >> 8 & 15) << 1 | (word >> 25 & 63) << 5 | (word >> 7 & 1) << 11;
    let offset = (word as i32 >> 31 << 12) | low as i32;
    let bare = bare(Operation::Branch(condition));
    Instruction { rs1: rs1(word), rs2: rs2(word), immediate: offset, ..bare }
}

fn jump_offset(word: u32) -> i32 {
    let low = (word >> 21 & 0x3ff) << 1 | (word >> 20 & 1) << 11 | (word & 0xf_f000);
    (word as i32 >> 31 << 20) | low as i32
}

fn condition(funct3: u32) -> Option<Condition> {
    Some(match funct3 {
        0 => Condition::Equal,
        1 => Condition::NotEqual,
        4 => Condition::Less,
        5 => Condition::GreaterOrEqual,
        6 => Condition::Below,
        7 => Condition::AboveOrEqual,
        _ => return None,
    })
}

fn loaded(funct3: u32) -> Option<(Width, bool)> {
    Some(match funct3 {
        0 => (Width::Byte, true),
        1 => (Width::Half, true),
        2 => (Width::Word, true),
        3 => (Width::Double, false),
        4 => (Width::Byte, false),
        5 => (Width::Half, false),
        6 => (Width::Word, false),
        _ => return None,
    })
}

fn stored(funct3: u32) -> Option<Width> {
    Some(match funct3 {
        0 => Width::Byte,
        1 => Width::Half,
        2 => Width::Word,
        3 => Width::Double,
        _ => return None,
    })
}

fn immediate(word: u32) -> Option<Instruction> {
    let (shift, value) = (word as i32 >> 20 & 63, word as i32 >> 20);
    let (alu, immediate) = match (funct3(word), funct7(word)) {
        (0, _) => (Alu::Add, value),
        (1, _) => (Alu::Sll, shift),
        (2, _) => (Alu::Slt, value),
        (3, _) => (Alu::Sltu, value),
        (4, _) => (Alu::Xor, value),
        (5, 0 | 1) => (Alu::Srl, shift),
        (5, 0x20 | 0x21) => (Alu::Sra, shift),
        (6, _) => (Alu::Or, value),
        (7, _) => (Alu::And, value),
        _ => return None,
    };
    Some(from_register(word, Operation::Immediate(alu), immediate))
}

fn immediate_word(word: u32) -> Option<Instruction> {
    let (shift, value) = (word as i32 >> 20 & 31, word as i32 >> 20);
    let (alu, immediate) = match (funct3(word), funct7(word)) {
        (0, _) => (Alu::AddW, value),
        (1, _) => (Alu::SllW, shift),
        (5, 0) => (Alu::SrlW, shift),
        (5, 0x20) => (Alu::SraW, shift),
        _ => return None,
    };
    Some(from_register(word, Operation::Immediate(alu), immediate))
}

fn operation(funct3: u32, funct7: u32) -> Option<Alu> {
    Some(match (funct7, funct3) {
        (0, 0) => Alu::Add,
        (0, 1) => Alu::Sll,
        (0, 2) => Alu::Slt,
        (0, 3) => Alu::Sltu,
        (0, 4) => Alu::Xor,
        (0, 5) => Alu::Srl,
        (0, 6) => Alu::Or,
        (0, 7) => Alu::And,
        (0x20, 0) => Alu::Sub,
        (0x20, 5) => Alu::Sra,
        (1, 0) => Alu::Mul,
        (1, 1) => Alu::Mulh,
        (1, 2) => Alu::Mulhsu,
        (1, 3) => Alu::Mulhu,
        (1, 4) => Alu::Div,
        (1, 5) => Alu::Divu,
        (1, 6) => Alu::Rem,
        (1, 7) => Alu::Remu,
        _ => return None,
    })
}

fn operation_word(funct3: u32, funct7: u32) -> Option<Alu> {
    Some(match (funct3, funct7) {
        (0, 0) => Alu::AddW,
        (0, 0x20) => Alu::SubW,
        (0, 1) => Alu::MulW,
        (1, _) => Alu::SllW,
        (4, _) => Alu::DivW,
        (5, 0) => Alu::SrlW,
        (5, 0x20) => Alu::SraW,
        (5, 1) => Alu::DivuW,
        (6, _) => Alu::RemW,
        (7, _) => Alu::RemuW,
        _ => return None,
    })
}

/// ECALL, and what loads but cannot run: EBREAK, WFI, MRET and the CSR instructions.
fn system(word: u32) -> Option<Operation> {
    match funct3(word) {
        0 if rd(word) != 0 || rs1(word) != 0 => None,
        0 => match word >> 20 {
            0 => Some(Operation::Ecall),
            1 | 0x105 | 0x302 => Some(Operation::Illegal),
            _ => None,
        },
        4 => None,
        _ => Some(Operation::Illegal),
    }
}

#[cfg(test)]
mod tests;
