//! RV64IM's operations in Cranelift's intermediate code; the meaning is `Alu::apply`.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{InstBuilder, Value};
use cranelift_frontend::FunctionBuilder;

use super::division;
use crate::alu::Alu;

/// The 64-bit result of an operation on two 64-bit values; `likely` is what b most often is.
pub fn emit(
    builder: &mut FunctionBuilder,
    alu: Alu,
    a: Value,
    b: Value,
    likely: Option<u64>,
) -> Value {
    let Some(whole) = whole(alu) else {
        return match is_division(alu) {
            true => division::emit(builder, alu, a, b, likely.map(|value| value as i64)),
            false => on_whole(builder, alu, a, b),
        };
    };
    let a = builder.ins().ireduce(I32, a);
    let b = builder.ins().ireduce(I32, b);
    let result = match is_division(whole) {
        true => division::emit(builder, whole, a, b, likely.map(|value| i64::from(value as i32))),
        false => on_either(builder, whole, a, b),
    };
    builder.ins().sextend(I64, result)
}

/// The operation that this one does with the lower halves.
fn whole(alu: Alu) -> Option<Alu> {
    Some(match alu {
        Alu::AddW => Alu::Add,
        Alu::SubW => Alu::Sub,
        Alu::SllW => Alu::Sll,
        Alu::SrlW => Alu::Srl,
        Alu::SraW => Alu::Sra,
        Alu::MulW => Alu::Mul,
        Alu::DivW => Alu::Div,
        Alu::DivuW => Alu::Divu,
        Alu::RemW => Alu::Rem,
        Alu::RemuW => Alu::Remu,
        _ => return None,
    })
}

fn is_division(alu: Alu) -> bool {
    matches!(alu, Alu::Div | Alu::Divu | Alu::Rem | Alu::Remu)
}

fn on_whole(builder: &mut FunctionBuilder, alu: Alu, a: Value, b: Value) -> Value {
    match alu {
        Alu::Slt => compare(builder, IntCC::SignedLessThan, a, b),
        Alu::Sltu => compare(builder, IntCC::UnsignedLessThan, a, b),
        Alu::Xor => builder.ins().bxor(a, b),
        Alu::Or => builder.ins().bor(a, b),
        Alu::And => builder.ins().band(a, b),
        Alu::Mulh => builder.ins().smulhi(a, b),
        Alu::Mulhu => builder.ins().umulhi(a, b),
        Alu::Mulhsu => {
            // A negative a counts 2^64 too much in the unsigned product.
            let product = builder.ins().umulhi(a, b);
            let sign = builder.ins().sshr_imm_u(a, 63);
            let excess = builder.ins().band(sign, b);
            builder.ins().isub(product, excess)
        }
        _ => on_either(builder, alu, a, b),
    }
}

fn compare(builder: &mut FunctionBuilder, condition: IntCC, a: Value, b: Value) -> Value {
    let result = builder.ins().icmp(condition, a, b);
    builder.ins().uextend(I64, result)
}

/// What exists on both widths. Cranelift takes the amount of a shift modulo the width.
fn on_either(builder: &mut FunctionBuilder, alu: Alu, a: Value, b: Value) -> Value {
    match alu {
        Alu::Add => builder.ins().iadd(a, b),
        Alu::Sub => builder.ins().isub(a, b),
        Alu::Sll => builder.ins().ishl(a, b),
        Alu::Srl => builder.ins().ushr(a, b),
        Alu::Sra => builder.ins().sshr(a, b),
        Alu::Mul => builder.ins().imul(a, b),
        _ => unreachable!("{alu:?} has one width"),
    }
}
