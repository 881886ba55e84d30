//! Calls on a base field and on its extension by a square root of -1: the operand at `a1` is
//! applied to the one at `a0`. Operands need not be reduced.

use crate::arguments::Arguments;
use crate::field::Field;
use crate::limbs;
use crate::memory::{Fault, GuestMemory, check_aligned, read, read_pair};

/// c0 + c1 i.
type Pair<const N: usize> = [[u64; N]; 2];

/// A call with operands of `N` words.
#[inline(always)]
pub(crate) fn call<const N: usize, F: Field<N>>(
    memory: &mut dyn GuestMemory,
    arguments: &Arguments,
    operation: impl Fn(&[u64; N], &[u64; N]) -> [u64; N],
) -> Result<(), Fault> {
    check_aligned(&[arguments.a0, arguments.a1])?;
    let a = read(memory, arguments.a0)?;
    let b = read(memory, arguments.a1)?;
    memory.write_words(arguments.a0, &operation(&a, &b))
}

/// A call with operands of twice `N` words.
#[inline(always)]
pub(crate) fn pair_call<const N: usize, F: Field<N>>(
    memory: &mut dyn GuestMemory,
    arguments: &Arguments,
    operation: impl Fn(&Pair<N>, &Pair<N>) -> Result<Pair<N>, Fault>,
) -> Result<(), Fault> {
    check_aligned(&[arguments.a0, arguments.a1])?;
    let a = read_pair(memory, arguments.a0)?;
    let b = read_pair(memory, arguments.a1)?;
    memory.write_words(arguments.a0, operation(&a, &b)?.as_flattened())
}

pub(crate) fn add<const N: usize, F: Field<N>>(a: &[u64; N], b: &[u64; N]) -> [u64; N] {
    F::add(&reduce::<N, F>(a), &reduce::<N, F>(b))
}

pub(crate) fn subtract<const N: usize, F: Field<N>>(a: &[u64; N], b: &[u64; N]) -> [u64; N] {
    F::subtract(&reduce::<N, F>(a), &reduce::<N, F>(b))
}

pub(crate) fn multiply<const N: usize, F: Field<N>>(a: &[u64; N], b: &[u64; N]) -> [u64; N] {
    F::product(a, b)
}

pub(crate) fn pair_add<const N: usize, F: Field<N>>(
    a: &Pair<N>,
    b: &Pair<N>,
) -> Result<Pair<N>, Fault> {
    Ok([add::<N, F>(&a[0], &b[0]), add::<N, F>(&a[1], &b[1])])
}

/// SP1 subtracts the natural number b from a + prime and panics if that is negative.
pub(crate) fn pair_subtract<const N: usize, F: Field<N>>(
    a: &Pair<N>,
    b: &Pair<N>,
) -> Result<Pair<N>, Fault> {
    for (a, b) in a.iter().zip(b) {
        let (sum, carry) = limbs::add(a, &F::MODULUS);
        if !carry && limbs::less(&sum, b) {
            return Err(Fault::Refused("the subtrahend is too far above the field's prime"));
        }
    }
    Ok([subtract::<N, F>(&a[0], &b[0]), subtract::<N, F>(&a[1], &b[1])])
}

pub(crate) fn pair_multiply<const N: usize, F: Field<N>>(
    a: &Pair<N>,
    b: &Pair<N>,
) -> Result<Pair<N>, Fault> {
    let [a0, a1] = [F::enter(&a[0]), F::enter(&a[1])];
    let [b0, b1] = b;
    Ok([
        F::subtract(&F::multiply(&a0, b0), &F::multiply(&a1, b1)),
        F::add(&F::multiply(&a0, b1), &F::multiply(&a1, b0)),
    ])
}

#[inline(always)]
fn reduce<const N: usize, F: Field<N>>(a: &[u64; N]) -> [u64; N] {
    limbs::reduce(*a, &F::MODULUS)
}
