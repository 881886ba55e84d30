//! Divisions, of either width: without a trap, and fast for the divisor that a loop keeps.
//!
//! What decides between the ways is a branch, which the processor foresees, so that a chain of
//! divisions waits for the quotients only.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, Value};
use cranelift_frontend::FunctionBuilder;

use crate::alu::Alu;

/// The result in the width of a and b. `likely` is what b most often is, extended by its sign: by
/// that, a multiplication divides.
pub fn emit(
    builder: &mut FunctionBuilder,
    alu: Alu,
    a: Value,
    b: Value,
    likely: Option<i64>,
) -> Value {
    let width = builder.func.dfg.value_type(b);
    let [usual, odd, done] = std::array::from_fn(|_| builder.create_block());
    let result = builder.append_block_param(done, width);
    if let Some(divisor) = likely.filter(|divisor| !matches!(divisor, 0 | -1)) {
        let [same, other] = std::array::from_fn(|_| builder.create_block());
        builder.set_cold_block(other);
        let constant_value = if width == I64 { divisor } else { i64::from(divisor as u32) };
        let constant = builder.ins().iconst(width, constant_value);
        let is_same = builder.ins().icmp(IntCC::Equal, b, constant);
        builder.ins().brif(is_same, same, &[], other, &[]);
        builder.switch_to_block(same);
        let value = match u32::try_from(constant_value) {
            Ok(divisor) if width == I32 && !is_signed(alu) && divisor > 1 => {
                by_reciprocal(builder, alu, a, divisor)
            }
            _ => quotient_or_rest(builder, alu, a, constant),
        };
        finish(builder, done, value);
        builder.switch_to_block(other);
    }
    let is_odd = is_odd(builder, alu, b);
    builder.set_cold_block(odd);
    builder.ins().brif(is_odd, odd, &[], usual, &[]);
    builder.switch_to_block(usual);
    let value = quotient_or_rest(builder, alu, a, b);
    finish(builder, done, value);
    builder.switch_to_block(odd);
    let value = on_odd(builder, alu, a, b);
    finish(builder, done, value);
    builder.switch_to_block(done);
    result
}

fn finish(builder: &mut FunctionBuilder, done: Block, value: Value) {
    builder.ins().jump(done, &[BlockArg::from(value)]);
}

fn is_signed(alu: Alu) -> bool {
    matches!(alu, Alu::Div | Alu::Rem)
}

/// Whether the processor may trap: the divisor is 0 or, of a signed division, -1.
fn is_odd(builder: &mut FunctionBuilder, alu: Alu, b: Value) -> Value {
    if !is_signed(alu) {
        return builder.ins().icmp_imm_s(IntCC::Equal, b, 0);
    }
    let above = builder.ins().iadd_imm_s(b, 1);
    builder.ins().icmp_imm_s(IntCC::UnsignedLessThan, above, 2)
}

fn quotient_or_rest(builder: &mut FunctionBuilder, alu: Alu, a: Value, b: Value) -> Value {
    match alu {
        Alu::Div => builder.ins().sdiv(a, b),
        Alu::Divu => builder.ins().udiv(a, b),
        Alu::Rem => builder.ins().srem(a, b),
        Alu::Remu => builder.ins().urem(a, b),
        _ => unreachable!("{alu:?} is no division"),
    }
}

/// An unsigned division of 32 bits, shorter than what Cranelift makes of it: 64 bits of the
/// reciprocal suffice, and the lower half of the product is the rest's share of the divisor.
/// Source: Lemire, Kaser, Kurz, "Faster remainder by direct computation" (2019), theorem 1.
fn by_reciprocal(builder: &mut FunctionBuilder, alu: Alu, a: Value, divisor: u32) -> Value {
    let reciprocal = u64::MAX / u64::from(divisor) + 1;
    let reciprocal = builder.ins().iconst(I64, reciprocal as i64);
    let a = builder.ins().uextend(I64, a);
    let result = match alu {
        Alu::Divu => builder.ins().umulhi(a, reciprocal),
        _ => {
            let share = builder.ins().imul(a, reciprocal);
            let divisor = builder.ins().iconst(I64, i64::from(divisor));
            builder.ins().umulhi(share, divisor)
        }
    };
    builder.ins().ireduce(I32, result)
}

/// By zero, the quotient is all ones and the rest is a; by -1, they are -a and 0.
fn on_odd(builder: &mut FunctionBuilder, alu: Alu, a: Value, b: Value) -> Value {
    let width = builder.func.dfg.value_type(b);
    let zero = builder.ins().iconst(width, 0);
    let (by_zero, by_minus_one) = match alu {
        Alu::Div | Alu::Divu => (builder.ins().bnot(zero), builder.ins().ineg(a)),
        _ => (a, zero),
    };
    let is_zero = builder.ins().icmp(IntCC::Equal, b, zero);
    builder.ins().select(is_zero, by_zero, by_minus_one)
}

#[cfg(test)]
mod tests;
