//! A decoded instruction.

use crate::alu::Alu;

/// How many bytes a load or a store moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    Byte,
    Half,
    Word,
    Double,
}

impl Width {
    /// The logarithm of the bytes: 0 to 3.
    #[inline(always)]
    pub(crate) fn log2(self) -> u32 {
        self as u32
    }
}

/// When a branch is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Equal,
    NotEqual,
    Less,
    GreaterOrEqual,
    Below,
    AboveOrEqual,
}

impl Condition {
    #[inline(always)]
    pub(crate) fn holds(self, a: u64, b: u64) -> bool {
        match self {
            Self::Equal => a == b,
            Self::NotEqual => a != b,
            Self::Less => (a as i64) < b as i64,
            Self::GreaterOrEqual => a as i64 >= b as i64,
            Self::Below => a < b,
            Self::AboveOrEqual => a >= b,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// LUI: rd = immediate.
    Constant,
    /// AUIPC: rd = pc + immediate.
    PcRelative,
    /// rd = rs1 op immediate.
    Immediate(Alu),
    /// rd = rs1 op rs2.
    Register(Alu),
    /// rd = memory[rs1 + immediate].
    Load {
        width: Width,
        signed: bool,
    },
    /// memory[rs1 + immediate] = rs2.
    Store(Width),
    /// JAL: rd = pc + 4, pc += immediate.
    Jump,
    /// JALR: rd = pc + 4, pc = rs1 + immediate without its lowest bit.
    JumpRegister,
    /// pc += immediate if rs1 and rs2 compare so.
    Branch(Condition),
    Ecall,
    /// Part of a program, but SP1 cannot execute it: EBREAK, FENCE, the CSR instructions.
    Illegal,
}

/// Registers that an operation does not name are 0; `immediate` is sign-extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    pub operation: Operation,
    pub rd: u8,
    pub rs1: u8,
    pub rs2: u8,
    pub immediate: i32,
}

impl Instruction {
    /// The immediate as a 64-bit addend.
    #[inline(always)]
    pub(crate) fn addend(&self) -> u64 {
        i64::from(self.immediate) as u64
    }

    /// The register that it sets; None also for x0.
    #[cfg_attr(not(feature = "translator"), allow(dead_code))]
    pub(crate) fn written(&self) -> Option<usize> {
        let writes = !matches!(
            self.operation,
            Operation::Branch(_) | Operation::Store(_) | Operation::Ecall | Operation::Illegal
        );
        (writes && self.rd != 0).then_some(usize::from(self.rd))
    }

    /// Whether execution may continue elsewhere than at the following instruction.
    #[cfg_attr(not(feature = "translator"), allow(dead_code))]
    pub(crate) fn ends_block(&self) -> bool {
        matches!(
            self.operation,
            Operation::Jump
                | Operation::JumpRegister
                | Operation::Branch(_)
                | Operation::Ecall
                | Operation::Illegal
        )
    }
}
