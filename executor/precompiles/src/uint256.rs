//! UINT256_MUL, UINT256_ADD_CARRY and UINT256_MUL_CARRY.

use crate::arguments::Arguments;
use crate::division::remainder;
use crate::limbs::{add, is_zero, less, multiply_wide};
use crate::memory::{Fault, GuestMemory, check_aligned, read, read_pair};
use crate::rule::Rule;

/// `x` at `a0` becomes `x y mod m`, with y and m at `a1`; a modulus of 0 stands for 2^256.
pub(crate) fn multiply(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    check_aligned(&[arguments.a0, arguments.a1])?;
    let x = read(memory, arguments.a0)?;
    let [y, modulus] = read_pair(memory, arguments.a1)?;
    let product = multiply_wide(&x, &y);
    let [low, high] = halves(&product);
    if is_zero(&modulus) {
        return memory.write_words(arguments.a0, &low);
    }
    // The quotient has 256 bits just if the product is less than the modulus times 2^256.
    if !less(&high, &modulus) {
        return Err(Rule::Quotient.into());
    }
    let result = remainder(&product, &modulus);
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

fn halves(product: &[u64; 8]) -> [[u64; 4]; 2] {
    [0, 4].map(|from| std::array::from_fn(|i| product[from + i]))
}
