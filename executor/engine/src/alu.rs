//! The arithmetic of RV64IM: what an operation makes of two registers, or of one and a constant.

/// Operations of RV64IM on two 64-bit values; a `W` one works on their lower halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alu {
    Add,
    Sub,
    Sll,
    Slt,
    Sltu,
    Xor,
    Srl,
    Sra,
    Or,
    And,
    Mul,
    Mulh,
    Mulhsu,
    Mulhu,
    Div,
    Divu,
    Rem,
    Remu,
    AddW,
    SubW,
    SllW,
    SrlW,
    SraW,
    MulW,
    DivW,
    DivuW,
    RemW,
    RemuW,
}

impl Alu {
    /// The result, with the edge cases of the RISC-V specification, chapter "M": a division by
    /// zero gives all ones, its remainder the dividend, and an overflow wraps.
    #[inline(always)]
    pub(crate) fn apply(self, a: u64, b: u64) -> u64 {
        let (signed_a, signed_b) = (a as i64, b as i64);
        match self {
            Self::Add => a.wrapping_add(b),
            Self::Sub => a.wrapping_sub(b),
            Self::Sll => a << (b & 63),
            Self::Slt => u64::from(signed_a < signed_b),
            Self::Sltu => u64::from(a < b),
            Self::Xor => a ^ b,
            Self::Srl => a >> (b & 63),
            Self::Sra => (signed_a >> (b & 63)) as u64,
            Self::Or => a | b,
            Self::And => a & b,
            Self::Mul => a.wrapping_mul(b),
            Self::Mulh => ((i128::from(signed_a) * i128::from(signed_b)) >> 64) as u64,
            Self::Mulhsu => ((i128::from(signed_a) * i128::from(b)) >> 64) as u64,
            Self::Mulhu => ((u128::from(a) * u128::from(b)) >> 64) as u64,
            Self::Div if b == 0 => u64::MAX,
            Self::Div => signed_a.wrapping_div(signed_b) as u64,
            Self::Divu => a.checked_div(b).unwrap_or(u64::MAX),
            Self::Rem if b == 0 => a,
            Self::Rem => signed_a.wrapping_rem(signed_b) as u64,
            Self::Remu => a.checked_rem(b).unwrap_or(a),
            _ => i64::from(self.apply_word(a as i32, b as i32)) as u64,
        }
    }

    /// Whether it divides, or gives the rest of a division.
    #[cfg_attr(not(feature = "translator"), allow(dead_code))]
    pub(crate) fn is_division(self) -> bool {
        matches!(
            self,
            Self::Div
                | Self::Divu
                | Self::Rem
                | Self::Remu
                | Self::DivW
                | Self::DivuW
                | Self::RemW
                | Self::RemuW
        )
    }

    #[inline(always)]
    fn apply_word(self, a: i32, b: i32) -> i32 {
        let shift = b & 31;
        match self {
            Self::AddW => a.wrapping_add(b),
            Self::SubW => a.wrapping_sub(b),
            Self::SllW => a << shift,
            Self::SrlW => (a as u32 >> shift) as i32,
            Self::SraW => a >> shift,
            Self::MulW => a.wrapping_mul(b),
            Self::DivW if b == 0 => -1,
            Self::DivW => a.wrapping_div(b),
            Self::DivuW => (a as u32).checked_div(b as u32).unwrap_or(u32::MAX) as i32,
            Self::RemW if b == 0 => a,
            Self::RemW => a.wrapping_rem(b),
            Self::RemuW => (a as u32).checked_rem(b as u32).unwrap_or(a as u32) as i32,
            _ => unreachable!("{self:?} works on whole registers"),
        }
    }
}

#[cfg(test)]
mod tests;
