//! The encodings of RV64IM. Source: The RISC-V Instruction Set Manual, volume I, 2019-12-13, ch. 24.

/// How an instruction's operands lie in its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Register,
    Immediate,
    /// An immediate that is a shift amount of so many bits.
    Shift(u32),
    /// Of so many bytes.
    Load(u64),
    /// Of so many bytes.
    Store(u64),
    Branch,
    Upper,
    Jump,
    JumpRegister,
}

/// One instruction without its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    pub name: &'static str,
    pub shape: Shape,
    opcode: u32,
    funct3: u32,
    funct7: u32,
}

/// What an instruction works on; a shape takes those of them that it has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Operands {
    pub rd: u8,
    pub rs1: u8,
    pub rs2: u8,
    /// As the assembler writes it: bytes for offsets, bits 12 to 31 for `lui` and `auipc`.
    pub immediate: i64,
}

pub const ECALL: u32 = 0x73;

impl Operation {
    /// The instruction's word.
    pub fn encode(&self, operands: Operands) -> u32 {
        let immediate = operands.immediate as u32;
        let rd = u32::from(operands.rd) << 7;
        let rs1 = u32::from(operands.rs1) << 15;
        let rs2 = u32::from(operands.rs2) << 20;
        let fixed = self.opcode | self.funct3 << 12 | self.funct7 << 25;
        let bits = |from: u32, count: u32, to: u32| (immediate >> from & ((1 << count) - 1)) << to;
        fixed
            | match self.shape {
                Shape::Register => rd | rs1 | rs2,
                Shape::Immediate | Shape::Load(_) | Shape::JumpRegister => {
                    rd | rs1 | bits(0, 12, 20)
                }
                Shape::Shift(count) => rd | rs1 | bits(0, count, 20),
                Shape::Store(_) => rs1 | rs2 | bits(5, 7, 25) | bits(0, 5, 7),
                Shape::Branch => {
                    rs1 | rs2 | bits(12, 1, 31) | bits(5, 6, 25) | bits(1, 4, 8) | bits(11, 1, 7)
                }
                Shape::Upper => rd | bits(0, 20, 12),
                Shape::Jump => {
                    rd | bits(20, 1, 31) | bits(1, 10, 21) | bits(11, 1, 20) | bits(12, 8, 12)
                }
            }
    }
}

macro_rules! operations {
    ($($constant:ident $name:literal $shape:expr, $opcode:literal $funct3:literal $funct7:literal;)*) => {
        $(pub const $constant: Operation = Operation {
            name: $name, shape: $shape, opcode: $opcode, funct3: $funct3, funct7: $funct7,
        };)*
        /// Every instruction of RV64IM but ECALL, EBREAK and FENCE.
        pub const ALL: &[Operation] = &[$($constant),*];
    };
}

operations! {
    LUI "lui" Shape::Upper, 0x37 0 0;
    AUIPC "auipc" Shape::Upper, 0x17 0 0;
    JAL "jal" Shape::Jump, 0x6f 0 0;
    JALR "jalr" Shape::JumpRegister, 0x67 0 0;
    BEQ "beq" Shape::Branch, 0x63 0 0;
    BNE "bne" Shape::Branch, 0x63 1 0;
    BLT "blt" Shape::Branch, 0x63 4 0;
    BGE "bge" Shape::Branch, 0x63 5 0;
    BLTU "bltu" Shape::Branch, 0x63 6 0;
    BGEU "bgeu" Shape::Branch, 0x63 7 0;
    LB "lb" Shape::Load(1), 0x03 0 0;
    LH "lh" Shape::Load(2), 0x03 1 0;
    LW "lw" Shape::Load(4), 0x03 2 0;
    LD "ld" Shape::Load(8), 0x03 3 0;
    LBU "lbu" Shape::Load(1), 0x03 4 0;
    LHU "lhu" Shape::Load(2), 0x03 5 0;
    LWU "lwu" Shape::Load(4), 0x03 6 0;
    SB "sb" Shape::Store(1), 0x23 0 0;
    SH "sh" Shape::Store(2), 0x23 1 0;
    SW "sw" Shape::Store(4), 0x23 2 0;
    SD "sd" Shape::Store(8), 0x23 3 0;
    ADDI "addi" Shape::Immediate, 0x13 0 0;
    SLTI "slti" Shape::Immediate, 0x13 2 0;
    SLTIU "sltiu" Shape::Immediate, 0x13 3 0;
    XORI "xori" Shape::Immediate, 0x13 4 0;
    ORI "ori" Shape::Immediate, 0x13 6 0;
    ANDI "andi" Shape::Immediate, 0x13 7 0;
    SLLI "slli" Shape::Shift(6), 0x13 1 0;
    SRLI "srli" Shape::Shift(6), 0x13 5 0;
    SRAI "srai" Shape::Shift(6), 0x13 5 0x20;
    ADDIW "addiw" Shape::Immediate, 0x1b 0 0;
    SLLIW "slliw" Shape::Shift(5), 0x1b 1 0;
    SRLIW "srliw" Shape::Shift(5), 0x1b 5 0;
    SRAIW "sraiw" Shape::Shift(5), 0x1b 5 0x20;
    ADD "add" Shape::Register, 0x33 0 0;
    SUB "sub" Shape::Register, 0x33 0 0x20;
    SLL "sll" Shape::Register, 0x33 1 0;
    SLT "slt" Shape::Register, 0x33 2 0;
    SLTU "sltu" Shape::Register, 0x33 3 0;
    XOR "xor" Shape::Register, 0x33 4 0;
    SRL "srl" Shape::Register, 0x33 5 0;
    SRA "sra" Shape::Register, 0x33 5 0x20;
    OR "or" Shape::Register, 0x33 6 0;
    AND "and" Shape::Register, 0x33 7 0;
    ADDW "addw" Shape::Register, 0x3b 0 0;
    SUBW "subw" Shape::Register, 0x3b 0 0x20;
    SLLW "sllw" Shape::Register, 0x3b 1 0;
    SRLW "srlw" Shape::Register, 0x3b 5 0;
    SRAW "sraw" Shape::Register, 0x3b 5 0x20;
    MUL "mul" Shape::Register, 0x33 0 1;
    MULH "mulh" Shape::Register, 0x33 1 1;
    MULHSU "mulhsu" Shape::Register, 0x33 2 1;
    MULHU "mulhu" Shape::Register, 0x33 3 1;
    DIV "div" Shape::Register, 0x33 4 1;
    DIVU "divu" Shape::Register, 0x33 5 1;
    REM "rem" Shape::Register, 0x33 6 1;
    REMU "remu" Shape::Register, 0x33 7 1;
    MULW "mulw" Shape::Register, 0x3b 0 1;
    DIVW "divw" Shape::Register, 0x3b 4 1;
    DIVUW "divuw" Shape::Register, 0x3b 5 1;
    REMW "remw" Shape::Register, 0x3b 6 1;
    REMUW "remuw" Shape::Register, 0x3b 7 1;
}
