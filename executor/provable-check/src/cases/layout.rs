//! Segments that do not start or end with a word of eight bytes, and code across 64 KiB, where the
//! circuits carry from one part of the pc to the next.

use attestor_engine_check::operation::{
    ADDI, AUIPC, BEQ, BNE, DIV, JAL, JALR, LD, Operands, Operation, SD,
};

use super::collection::Cases;
use crate::program::{
    BSS, Builder, CODE, DATA, DATA_BYTES, ENTER_UNCONSTRAINED, EXIT_UNCONSTRAINED, HINT_LEN,
    HINT_READ, T0, T1, T2,
};

pub(super) fn add(cases: &mut Cases) {
    segments(cases);
    carries(cases);
}

fn segments(cases: &mut Cases) {
    const OVER: &str = "hint_over_memory";
    // A word of the image is one of which a segment has a byte.
    for (bytes, address, refusal) in [
        (DATA_BYTES + 1, BSS, OVER),
        (DATA_BYTES + 4, BSS, OVER),
        (DATA_BYTES + 5, BSS, OVER),
        (DATA_BYTES + 8, BSS + 8, ""),
        (DATA_BYTES + 9, BSS + 8, OVER),
        (DATA_BYTES, BSS, ""),
        (DATA_BYTES - 4, BSS - 8, OVER),
        (DATA_BYTES - 7, BSS - 8, OVER),
        (DATA_BYTES - 8, BSS - 8, ""),
    ] {
        let name = format!("hint_{}_behind_{bytes}_bytes", address - DATA);
        cases.add(&name, refusal, |builder| {
            builder.memory_bytes = bytes;
            builder.stdin = vec![b"hello".to_vec()];
            builder.call(HINT_READ, &[address, 5]);
            builder.load_word(address);
        });
    }
    for (name, address, refusal) in
        [("word_of_its_start", DATA, OVER), ("word_before", DATA - 8, "")]
    {
        cases.add(&format!("hint_into_{name}_in_half"), refusal, |builder| {
            builder.data_offset = 4;
            builder.stdin = vec![b"hello".to_vec()];
            builder.call(HINT_READ, &[address, 5]);
        });
        cases.add(&format!("code_in_half_hint_into_{name}"), refusal, |builder| {
            builder.code_offset = 4;
            builder.stdin = vec![b"hello".to_vec()];
            builder.call(HINT_READ, &[address - DATA + CODE, 5]);
        });
    }
    cases.add("data_in_half", "", |builder| {
        builder.data_offset = 4;
        builder.load_word(DATA);
        builder.store_word(DATA, u64::MAX);
    });
    cases.add("no_data", "", |builder| builder.memory_bytes = 0);
}

/// The last instruction of 64 KiB.
fn last(builder: &mut Builder, operation: Operation, operands: Operands) {
    builder.code_offset = 0x1_0000 - 4 - 4 * builder.code.here() as u64;
    builder.code.emit(operation, operands);
}

fn carries(cases: &mut Cases) {
    let on = |rd, rs1, rs2, immediate| Operands { rd, rs1, rs2, immediate };
    for (name, operation, operands) in [
        ("addi", ADDI, on(T2, T1, 0, 5)),
        ("addi_to_x0", ADDI, on(0, T1, 0, 5)),
        ("div", DIV, on(T2, T1, T0, 0)),
        ("auipc", AUIPC, on(T2, 0, 0, 1)),
        ("ld", LD, on(T2, T1, 0, 0)),
        ("ld_to_x0", LD, on(0, T1, 0, 0)),
        ("sd", SD, on(0, T1, T2, 0)),
        ("taken", BEQ, on(0, T1, T1, 4)),
        ("not_taken", BNE, on(0, T1, T1, -2)),
        ("jal", JAL, on(T2, 0, 0, 4)),
        ("jal_to_x0", JAL, on(0, 0, 0, 4)),
    ] {
        cases.add(&format!("last_of_64_kib_{name}"), "", |builder| {
            builder.code.constant(T1, DATA);
            last(builder, operation, operands);
        });
    }
    cases.add("last_of_64_kib_jalr", "", |builder| {
        builder.code.emit(AUIPC, on(T1, 0, 0, 0));
        last(builder, JALR, on(T1, T1, 0, 8));
    });
    for (name, number) in [("hint_len", HINT_LEN), ("enter", ENTER_UNCONSTRAINED)] {
        cases.add(&format!("last_of_64_kib_{name}"), "", |builder| {
            builder.code.constant(T0, number);
            builder.code_offset = 0x1_0000 - 4 - 4 * builder.code.here() as u64;
            builder.code.ecall();
            if number == ENTER_UNCONSTRAINED {
                let behind = builder.code.label();
                builder.code.branch(BEQ, T0, 0, behind);
                builder.call(EXIT_UNCONSTRAINED, &[]);
                builder.code.place(behind);
            }
        });
    }
    cases.whole("last_of_64_kib_halt", "", |builder| {
        builder.commit();
        builder.commit_deferred();
        builder.code.constant(10, 0);
        builder.code.constant(T0, 0);
        builder.code_offset = 0x1_0000 - 4 - 4 * builder.code.here() as u64;
        builder.code.ecall();
    });
    cases.add("back_across_64_kib", "", |builder| {
        builder.code.constant(T1, 3);
        let loop_start = builder.code.label();
        builder.code.place(loop_start);
        last(builder, ADDI, on(T1, T1, 0, -1));
        builder.code.branch(BNE, T1, 0, loop_start);
    });
}
