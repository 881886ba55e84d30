//! Verifying keys of SP1 v6 programs, computed without SP1's prover.
//!
//! A key is a hash of what the verifier knows of a program: a commitment to the preprocessed tables
//! (`tables`, `commitment`), the entry point, and a sum of curve points for the initial memory
//! (`septic`). It takes 17 million Poseidon2 permutations, which run on the CPU's vectors
//! (`kernel`, `lanes`). The package `keys-check` compares the result with SP1's own.

mod columns;
mod commitment;
mod field;
mod kernel;
mod lanes;
mod modular;
mod poseidon2;
mod septic;
mod tables;
mod threads;

use slop_algebra::{AbstractField, PrimeField32};
use sp1_core_executor::Program;
use sp1_hypercube::air::MachineProgram;
use sp1_primitives::{SP1Field, poseidon2_hash};

pub use kernel::Kernel;

/// The digest of the program's verifying key: eight canonical KoalaBear elements, SP1's
/// `HashableKey::hash_u32`.
///
/// Panics on a program that SP1 could not prove or that needs other circuits: one without
/// instructions, with code above 2^48, or that runs untrusted code.
pub fn verifying_key(program: &Program) -> [u32; 8] {
    verifying_key_on(Kernel::best(), program)
}

/// The same on a kernel of the caller's choice.
pub fn verifying_key_on(kernel: Kernel, program: &Program) -> [u32; 8] {
    assert!(!program.enable_untrusted_programs, "the program runs untrusted code");
    let commitment = commitment::commitment(&tables::Tables::new(program), kernel);
    let entry: [SP1Field; 3] = program.pc_start();
    let sum = memory_sum(kernel, program);
    let untrusted = SP1Field::from_bool(program.enable_untrusted_programs);
    let parts = commitment.map(SP1Field::from_canonical_u32).into_iter().chain(entry);
    let words = parts.chain(sum.map(SP1Field::from_canonical_u32)).chain([untrusted]).collect();
    poseidon2_hash(words).map(|word| word.as_canonical_u32())
}

/// The curve point of the program's initial memory: x, then y, seven canonical words each. SP1's
/// `initial_global_cumulative_sum` of programs without untrusted code.
pub fn memory_sum(kernel: Kernel, program: &Program) -> [u32; 14] {
    let words: Vec<_> = program.memory_image.iter().map(|(at, word)| (*at, *word)).collect();
    septic::memory_sum(kernel, &words)
}

#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;
