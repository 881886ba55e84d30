//! Calls on a base field and on its extension by a square root of -1: the operand at `a1` is
//! applied to the one at `a0`. Operands need not be reduced, but the quotient by which SP1's circuit
//! reduces the result must fit.

use crate::arguments::Arguments;
use crate::field::Field;
use crate::limbs;
use crate::memory::{Fault, GuestMemory, check_aligned, read, read_pair};
use crate::rule::Rule;

/// c0 + c1 i.
type Pair<const N: usize> = [[u64; N]; 2];

/// A call with operands of `N` words.
#[inline(always)]
pub(crate) fn call<const N: usize, F: Field<N>>(
    memory: &mut dyn GuestMemory,
    arguments: &Arguments,
    operation: impl Fn(&[u64; N], &[u64; N]) -> Result<[u64; N], Fault>,
) -> Result<(), Fault> {
    check_aligned(&[arguments.a0, arguments.a1])?;
    let a = read(memory, arguments.a0)?;
    let b = read(memory, arguments.a1)?;
    memory.write_words(arguments.a0, &operation(&a, &b)?)
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

pub(crate) fn add<const N: usize, F: Field<N>>(
    a: &[u64; N],
    b: &[u64; N],
) -> Result<[u64; N], Fault> {
    Ok(F::add(&reduce::<N, F>(a), &reduce::<N, F>(b)))
}

pub(crate) fn subtract<const N: usize, F: Field<N>>(
    a: &[u64; N],
    b: &[u64; N],
) -> Result<[u64; N], Fault> {
    check_difference::<N, F>(a, b)?;
    Ok(F::subtract(&reduce::<N, F>(a), &reduce::<N, F>(b)))
}

pub(crate) fn multiply<const N: usize, F: Field<N>>(
    a: &[u64; N],
    b: &[u64; N],
) -> Result<[u64; N], Fault> {
    check_quotient::<N, F>(a, b)?;
    Ok(F::product(a, b))
}

pub(crate) fn pair_add<const N: usize, F: Field<N>>(
    a: &Pair<N>,
    b: &Pair<N>,
) -> Result<Pair<N>, Fault> {
    Ok([add::<N, F>(&a[0], &b[0])?, add::<N, F>(&a[1], &b[1])?])
}

pub(crate) fn pair_subtract<const N: usize, F: Field<N>>(
    a: &Pair<N>,
    b: &Pair<N>,
) -> Result<Pair<N>, Fault> {
    Ok([subtract::<N, F>(&a[0], &b[0])?, subtract::<N, F>(&a[1], &b[1])?])
}

pub(crate) fn pair_multiply<const N: usize, F: Field<N>>(
    a: &Pair<N>,
    b: &Pair<N>,
) -> Result<Pair<N>, Fault> {
    for (a, b) in a.iter().flat_map(|a| b.iter().map(move |b| (a, b))) {
        check_quotient::<N, F>(a, b)?;
    }
    let [a0, a1] = [F::enter(&a[0]), F::enter(&a[1])];
    let [b0, b1] = b;
    Ok([
        F::subtract(&F::multiply(&a0, b0), &F::multiply(&a1, b1)),
        F::add(&F::multiply(&a0, b1), &F::multiply(&a1, b0)),
    ])
}

/// SP1's prover takes prime + a - b, which must not be negative, and shows that b added to the
/// reduced difference is a, modulo the prime: so a must be reduced.
#[inline(always)]
fn check_difference<const N: usize, F: Field<N>>(a: &[u64; N], b: &[u64; N]) -> Result<(), Fault> {
    // Without a carry: no prime here fills its limbs.
    let (most, _) = limbs::add(a, &F::MODULUS);
    if F::is_reduced(a) && !limbs::less(&most, b) {
        return Ok(());
    }
    Err(Rule::Difference.into())
}

/// The quotient of a b by the prime must fit `N` limbs.
#[inline(always)]
fn check_quotient<const N: usize, F: Field<N>>(a: &[u64; N], b: &[u64; N]) -> Result<(), Fault> {
    // It is less than either factor if the other one is reduced.
    if F::is_reduced(a) || F::is_reduced(b) || fits::<N, F>(a, b) {
        return Ok(());
    }
    Err(Rule::Quotient.into())
}

/// Whether a b is less than the prime times 2^(64 N).
#[cold]
fn fits<const N: usize, F: Field<N>>(a: &[u64; N], b: &[u64; N]) -> bool {
    let mut high = [0; N];
    for factor in b {
        let (_, mut carry) = limbs::multiply_add(high[0], a[0], *factor, 0);
        for i in 1..N {
            (high[i - 1], carry) = limbs::multiply_add(high[i], a[i], *factor, carry);
        }
        high[N - 1] = carry;
    }
    limbs::less(&high, &F::MODULUS)
}

#[inline(always)]
fn reduce<const N: usize, F: Field<N>>(a: &[u64; N]) -> [u64; N] {
    limbs::reduce(*a, &F::MODULUS)
}
