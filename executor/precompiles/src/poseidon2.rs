//! POSEIDON2: the permutation of SP1's hash, on sixteen field elements, two in a word.

use std::sync::LazyLock;

use slop_algebra::{AbstractField, PrimeField32};
use slop_symmetric::Permutation;
use sp1_primitives::{SP1Field, SP1Perm, poseidon2_init};

use crate::arguments::Arguments;
use crate::memory::{Fault, GuestMemory, check_aligned, no_second_argument, read};
use crate::rule::Rule;

static PERMUTATION: LazyLock<SP1Perm> = LazyLock::new(poseidon2_init);

/// Permute the elements at `a0`.
pub(crate) fn permute(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    check_aligned(&[arguments.a0])?;
    no_second_argument(arguments.a1)?;
    let words: [u64; 8] = read(memory, arguments.a0)?;
    let numbers: [u32; 16] = std::array::from_fn(|i| (words[i / 2] >> (32 * (i % 2))) as u32);
    if numbers.iter().any(|number| *number >= SP1Field::ORDER_U32) {
        return Err(Rule::Unreduced.into());
    }
    let elements = numbers.map(SP1Field::from_canonical_u32);
    let permuted =
        PERMUTATION.permute(elements).map(|element: SP1Field| element.as_canonical_u32());
    let result: [u64; 8] = std::array::from_fn(|i| {
        u64::from(permuted[2 * i]) | (u64::from(permuted[2 * i + 1]) << 32)
    });
    memory.write_words(arguments.a0, &result)
}
