//! POSEIDON2: the permutation of SP1's hash, on sixteen field elements, two in a word.

use std::sync::LazyLock;

use slop_algebra::{AbstractField, PrimeField32};
use slop_symmetric::Permutation;
use sp1_primitives::{SP1Field, SP1Perm, poseidon2_init};

use crate::arguments::Arguments;
use crate::memory::{Fault, GuestMemory, check_aligned, read};

static PERMUTATION: LazyLock<SP1Perm> = LazyLock::new(poseidon2_init);

/// Permute the elements at `a0`. Numbers above the prime stand for what they are congruent to.
pub(crate) fn permute(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    check_aligned(&[arguments.a0])?;
    let words: [u64; 8] = read(memory, arguments.a0)?;
    let elements = std::array::from_fn(|i| {
        SP1Field::from_canonical_u32((words[i / 2] >> (32 * (i % 2))) as u32)
    });
    let permuted =
        PERMUTATION.permute(elements).map(|element: SP1Field| element.as_canonical_u32());
    let result: [u64; 8] = std::array::from_fn(|i| {
        u64::from(permuted[2 * i]) | (u64::from(permuted[2 * i + 1]) << 32)
    });
    memory.write_words(arguments.a0, &result)
}
