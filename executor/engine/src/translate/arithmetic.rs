//! RV64IM's operations in Cranelift's intermediate code; the meaning is `Alu::apply`.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I32, I64, Type};
use cranelift_codegen::ir::{InstBuilder, Value};
use cranelift_frontend::FunctionBuilder;

use crate::alu::Alu;

/// The 64-bit result of an operation on two 64-bit values.
pub fn emit(builder: &mut FunctionBuilder, alu: Alu, a: Value, b: Value) -> Value {
    let Some(whole) = whole(alu) else { return on_whole(builder, alu, a, b) };
    let a = builder.ins().ireduce(I32, a);
    let b = builder.ins().ireduce(I32, b);
    let result = on_either(builder, whole, a, b, I32);
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
        _ => on_either(builder, alu, a, b, I64),
    }
}

fn compare(builder: &mut FunctionBuilder, condition: IntCC, a: Value, b: Value) -> Value {
    let result = builder.ins().icmp(condition, a, b);
    builder.ins().uextend(I64, result)
}

/// What exists on both widths. Cranelift takes the amount of a shift modulo the width.
fn on_either(builder: &mut FunctionBuilder, alu: Alu, a: Value, b: Value, width: Type) -> Value {
    match alu {
        Alu::Add => builder.ins().iadd(a, b),
        Alu::Sub => builder.ins().isub(a, b),
        Alu::Sll => builder.ins().ishl(a, b),
        Alu::Srl => builder.ins().ushr(a, b),
        Alu::Sra => builder.ins().sshr(a, b),
        Alu::Mul => builder.ins().imul(a, b),
        Alu::Div | Alu::Divu | Alu::Rem | Alu::Remu => divide(builder, alu, a, b, width),
        _ => unreachable!("{alu:?} has one width"),
    }
}

/// A division that traps neither on zero nor on overflow: both divide by one instead.
fn divide(builder: &mut FunctionBuilder, alu: Alu, a: Value, b: Value, width: Type) -> Value {
    let zero = builder.ins().icmp_imm_s(IntCC::Equal, b, 0);
    let mut avoided = zero;
    if matches!(alu, Alu::Div | Alu::Rem) {
        let least = builder.ins().iconst(width, minimum(width));
        let is_least = builder.ins().icmp(IntCC::Equal, a, least);
        let is_minus_one = builder.ins().icmp_imm_s(IntCC::Equal, b, -1);
        let overflow = builder.ins().band(is_least, is_minus_one);
        avoided = builder.ins().bor(zero, overflow);
    }
    let one = builder.ins().iconst(width, 1);
    let divisor = builder.ins().select(avoided, one, b);
    let (result, on_zero) = match alu {
        Alu::Div => (builder.ins().sdiv(a, divisor), None),
        Alu::Divu => (builder.ins().udiv(a, divisor), None),
        Alu::Rem => (builder.ins().srem(a, divisor), Some(a)),
        _ => (builder.ins().urem(a, divisor), Some(a)),
    };
    let on_zero = on_zero.unwrap_or_else(|| builder.ins().iconst(width, all_ones(width)));
    builder.ins().select(zero, on_zero, result)
}

fn minimum(width: Type) -> i64 {
    if width == I64 { i64::MIN } else { i64::from(i32::MIN as u32) }
}

fn all_ones(width: Type) -> i64 {
    if width == I64 { -1 } else { i64::from(u32::MAX) }
}
