//! What instructions of x86-64 name: registers, operands, operations and conditions.

/// The processor's registers, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Gpr {
    Rax,
    Rcx,
    Rdx,
    Rbx,
    Rsp,
    Rbp,
    Rsi,
    Rdi,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
}

/// A register, or a place in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    Register(Gpr),
    /// [base + displacement]
    Memory(Gpr, i32),
    /// [base + index * 2^scale]; no index can be RSP.
    Indexed(Gpr, Gpr, u8),
}

/// How much of a register an instruction works on; of 32 bits, the upper ones become zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OperandSize {
    B32,
    B64,
}

/// Operations on two operands; the number is that of the immediate form's opcode extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Binary {
    Add = 0,
    Or = 1,
    And = 4,
    Sub = 5,
    Xor = 6,
    Compare = 7,
}

/// The number is the opcode extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Shift {
    RotateRight = 1,
    Left = 4,
    Right = 5,
    RightSigned = 7,
}

/// Operations on RAX and RDX, or on their one operand; the number is the opcode extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Unary {
    Negate = 3,
    MultiplyUnsigned = 4,
    MultiplySigned = 5,
    DivideUnsigned = 6,
    DivideSigned = 7,
}

/// When a jump is made; the number is that of the opcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Cond {
    Below = 2,
    AboveOrEqual = 3,
    Equal = 4,
    NotEqual = 5,
    BelowOrEqual = 6,
    Above = 7,
    Less = 12,
    GreaterOrEqual = 13,
    LessOrEqual = 14,
    Greater = 15,
}
