//! Jumps between instructions, and calls with more than a number in t0.

use attestor_engine_check::operation::{ADDI, AUIPC, BEQ, BNE, JAL, JALR, Operands};

use super::collection::Cases;
use crate::program::{Builder, COMMIT, DATA, HINT_LEN, T1, WRITE};

/// x1 = pc + 4, pc += distance.
fn jump(builder: &mut Builder, distance: i64) {
    builder.code.emit(JAL, Operands { rd: 1, immediate: distance, ..Operands::default() });
}

/// From an odd place to the next instruction but one.
fn back(builder: &mut Builder, distance: i64) {
    builder.code.emit(AUIPC, Operands { rd: T1, ..Operands::default() });
    builder.code.immediate(JALR, 1, T1, distance);
}

pub(super) fn add(cases: &mut Cases) {
    cases.add("jal_to_2_mod_4", "misaligned_jump", |builder| {
        jump(builder, 6);
        back(builder, 6);
    });
    cases.add("jal_to_0_mod_4", "", |builder| {
        jump(builder, 4);
        back(builder, 8);
    });
    for (name, distance, refusal) in
        [("jalr_to_2_mod_4", 10, "misaligned_jump"), ("jalr_to_1_mod_4", 9, "")]
    {
        cases.add(name, refusal, |builder| {
            back(builder, distance);
            back(builder, 8 - (distance & 2));
        });
    }
    for (name, operation, refusal) in
        [("branch_to_2_mod_4", BEQ, "misaligned_jump"), ("branch_not_taken_2_mod_4", BNE, "")]
    {
        cases.add(name, refusal, |builder| {
            builder.code.emit(operation, Operands { immediate: 6, ..Operands::default() });
            back(builder, if refusal.is_empty() { 8 } else { 6 });
        });
    }
    cases.add("unconstrained_jump_to_2_mod_4", "", |builder| {
        builder.unconstrained(|builder| {
            jump(builder, 6);
            back(builder, 6);
        });
    });
    numbers(cases);
}

fn numbers(cases: &mut Cases) {
    const HIGH: u64 = 1 << 32;
    let word = Builder::default().digest_word(0);
    for (name, number, arguments, refusal) in [
        ("commit_t0_2_32", HIGH | COMMIT, vec![0, word], "call_number"),
        ("write_t0_2_32", HIGH | WRITE, vec![1, DATA, 0], "call_number"),
        ("sha_extend_t0_2_32", HIGH | 0x30_0105, vec![DATA, 0], "call_number"),
        ("write_t0_2_63", 1 << 63 | WRITE, vec![1, DATA, 0], "call_number"),
        ("hint_len_t0_2_32", HIGH | HINT_LEN, vec![], ""),
        ("write_t0", WRITE, vec![1, DATA, 0], ""),
    ] {
        cases.add(name, refusal, |builder| builder.call(number, &arguments));
    }
    cases.whole("halt_t0_2_32", "call_number", |builder| {
        builder.commit();
        builder.commit_deferred();
        builder.call(HIGH, &[0]);
    });
    cases.add("enter_and_exit_t0_2_32", "", |builder| {
        builder.call(HIGH | 3, &[]);
        let behind = builder.code.label();
        builder.code.branch(BEQ, 5, 0, behind);
        builder.call(HIGH | 4, &[]);
        builder.code.place(behind);
        builder.code.immediate(ADDI, T1, 0, 1);
    });
}
