//! UINT256_MUL, UINT256_ADD_CARRY and UINT256_MUL_CARRY.

use crate::arguments::Arguments;
use crate::division::remainder;
use crate::limbs::{add, is_zero, multiply_wide};
use crate::memory::{Fault, GuestMemory, check_aligned, read, read_pair};

/// `x` at `a0` becomes `x y mod m`, with y and m at `a1`; a modulus of 0 stands for 2^256.
pub(crate) fn multiply(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    check_aligned(&[arguments.a0, arguments.a1])?;
    let x = read(memory, arguments.a0)?;
    let [y, modulus] = read_pair(memory, arguments.a1)?;
    let product = multiply_wide(&x, &y);
    let result = if is_zero(&modulus) { low(&product) } else { remainder(&product, &modulus) };
    memory.write_words(arguments.a0, &result)
}

/// `a + b + c`: its lower 256 bits to `a3`, the rest to `a4`.
pub(crate) fn add_carry(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    let [a, b, c] = operands(memory, arguments)?;
    let (sum, first) = add(&a, &b);
    let (sum, second) = add(&sum, &c);
    let carry = [u64::from(first) + u64::from(second), 0, 0, 0];
    memory.write_words(arguments.a3, &sum)?;
    memory.write_words(arguments.a4, &carry)
}

/// `a b + c`: its lower 256 bits to `a3`, the rest to `a4`.
pub(crate) fn multiply_carry(
    memory: &mut dyn GuestMemory,
    arguments: &Arguments,
) -> Result<(), Fault> {
    let [a, b, c] = operands(memory, arguments)?;
    let mut wide = [0; 8];
    wide[..4].copy_from_slice(&c);
    let (result, _) = add(&multiply_wide(&a, &b), &wide);
    memory.write_words(arguments.a3, &result[..4])?;
    memory.write_words(arguments.a4, &result[4..])
}

/// a, b and c at `a0`, `a1` and `a2`.
fn operands(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<[[u64; 4]; 3], Fault> {
    let a = read(memory, arguments.a0)?;
    let b = read(memory, arguments.a1)?;
    let c = read(memory, arguments.a2)?;
    Ok([a, b, c])
}

fn low(product: &[u64; 8]) -> [u64; 4] {
    [product[0], product[1], product[2], product[3]]
}
