//! Words that SP1's decoder takes for more than their encoding says, and those that nobody executes.

use attestor_engine_check::operation::{AUIPC, DIVW, JALR, Operands, SLLI, SLLW};

use super::collection::Cases;
use crate::program::{T1, T2};

const FENCE: u32 = 0x0ff0_000f;
const EBREAK: u32 = 0x0010_0073;
/// A csrrw, by which SP1 knows what must not be executed.
const UNIMP: u32 = 0xc000_1073;

pub(super) fn add(cases: &mut Cases) {
    for (name, word) in [("fence", FENCE), ("ebreak", EBREAK), ("unimp", UNIMP)] {
        cases.whole(&format!("{name}_not_executed"), "", |builder| {
            builder.end();
            builder.code.emit_word(word);
        });
        cases.add(name, "fault", |builder| builder.code.emit_word(word));
    }
    let registers = Operands { rd: T2, rs1: T1, rs2: T1, immediate: 5 };
    for (name, word) in [
        ("sllw", SLLW.encode(registers) | 0x7e00_0000),
        ("divw", DIVW.encode(registers) | 0x4000_0000),
        ("slli", SLLI.encode(registers) | 0x4000_0000),
    ] {
        cases.add(&format!("{name}_with_other_funct7"), "", |builder| {
            builder.code.constant(T1, 0x1234_5678_9abc);
            builder.code.emit_word(word);
        });
    }
    cases.add("jalr_with_other_funct3", "", |builder| {
        builder.code.emit(AUIPC, Operands { rd: T1, ..Operands::default() });
        let operands = Operands { rd: T2, rs1: T1, immediate: 8, ..Operands::default() };
        builder.code.emit_word(JALR.encode(operands) | 5 << 12);
    });
}
