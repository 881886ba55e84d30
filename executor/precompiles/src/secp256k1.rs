//! SECP256K1_ADD and SECP256K1_DOUBLE. SP1 6.10 computes them with the crate k256, which takes only
//! points of the curve with reduced coordinates.
//!
//! An inversion is what either costs. Where the calls of a guest can be foreseen, as they can in the
//! products that a signature's check takes, some of them share one.

mod curve;
mod doublings;
mod sums;

use crate::arguments::Arguments;
use crate::memory::{Fault, GuestMemory, check_aligned, no_second_argument, read_pair};
pub(crate) use curve::{Base, ORDER};
use doublings::Doublings;
use sums::Sums;

/// What earlier calls tell of those to come. It changes how long a call takes, and no result.
#[derive(Default)]
struct Foresight {
    doublings: Doublings,
    sums: Sums,
}

pub(crate) fn add(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    let (a0, a1) = (arguments.a0, arguments.a1);
    check_aligned(&[a0, a1])?;
    let p = read_pair(memory, a0)?;
    let q = read_pair(memory, a1)?;
    let Foresight { doublings, sums } = memory.kept().of();
    let sum = sums.add(&p, &q, doublings)?;
    memory.write_words(a0, sum.as_flattened())
}

/// No point of this curve has y = 0, so the result is never infinity.
pub(crate) fn double(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    let a0 = arguments.a0;
    check_aligned(&[a0])?;
    no_second_argument(arguments.a1)?;
    let p = read_pair(memory, a0)?;
    let doubled = memory.kept().of::<Foresight>().doublings.double(&p)?;
    memory.write_words(a0, doubled.as_flattened())
}

#[cfg(test)]
mod tests;
