//! What SP1's executors take to load a program, in cycles' time of the portable one, in round numbers:
//! its loader, and its JIT, which translates all of the code before the first instruction.

use super::Image;
use crate::alu::Alu;
use crate::instruction::{Instruction, Operation};

/// Of each word of eight bytes that comes from the file: an entry in a table, or two instructions.
const WORD: u64 = 32;
/// Of a call, beyond that: the JIT saves and loads all registers around each.
const CALL: u64 = 700;
/// The same of a division, with its special cases.
const DIVISION: u64 = 450;

impl Image {
    /// All that depends on the program alone.
    pub(crate) fn load_cycles(&self) -> u64 {
        let words = self.segments.iter().map(|segment| segment.bytes.len().div_ceil(8) as u64);
        words.sum::<u64>() * WORD + self.instructions.iter().map(translation).sum::<u64>()
    }
}

fn translation(instruction: &Instruction) -> u64 {
    use Alu::{Div, DivW, Divu, DivuW, Rem, RemW, Remu, RemuW};
    match instruction.operation {
        Operation::Ecall => CALL,
        Operation::Register(Div | DivW | Divu | DivuW | Rem | RemW | Remu | RemuW) => DIVISION,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assembly::{ECALL, T0, addi, image, r_type};

    #[test]
    fn words_calls_and_divisions_take_time() {
        // The data of a page, and code that is in no segment here.
        let page = 4096 / 8 * WORD;
        let cycles = |code: &[u32]| image(code).load_cycles() - page;
        assert_eq!(cycles(&[addi(T0, 0, 1)]), 0);
        assert_eq!(cycles(&[ECALL, addi(T0, 0, 1), ECALL]), 2 * CALL);
        // DIV, DIVU, REM and REMU, of 64 and of 32 bits; none of the multiplications.
        for (opcode, funct3) in [0x33, 0x3b].into_iter().flat_map(|op| (4..8).map(move |f| (op, f)))
        {
            assert_eq!(
                cycles(&[r_type(opcode, funct3, 1, 7, 5, 6)]),
                DIVISION,
                "{opcode} {funct3}"
            );
        }
        for funct3 in 0..4 {
            assert_eq!(cycles(&[r_type(0x33, funct3, 1, 7, 5, 6)]), 0, "{funct3}");
        }
    }
}
