//! The precompiles and hooks of SP1 v6, as pure functions over the guest's memory.
//!
//! The definition is the portable executor of sp1-core-executor 6.10.0 with sp1-curves 6.10.0,
//! where SP1's circuits accept what it computes: there the results are equal. Where it panics, and
//! where no proof can show its result (`rule`), the answer here is a `Fault`.
//!
//! `table` maps syscall numbers to the families (`sha`, `keccak`, `secp256k1`, …). Numbers are
//! arrays of 64-bit limbs, least significant first (`limbs`); `field`, `montgomery`, `fold` and
//! `inverse` are the arithmetic modulo a prime that the curves and field families share.

mod arguments;
mod bls12_381;
mod bn254;
mod cost;
mod division;
mod edwards;
mod field;
mod fold;
mod hooks;
mod inverse;
mod keccak;
mod limbs;
mod memory;
mod montgomery;
mod poseidon2;
mod rule;
mod secp256k1;
mod secp256r1;
mod sha;
mod table;
mod tower;
mod uint256;
mod weierstrass;

pub use arguments::{Arguments, Precompile};
pub use cost::{hook_cost, precompile_cost};
pub use hooks::hook;
pub use memory::{Fault, GuestMemory, Kept};
pub use rule::{CYCLE_CELLS, END_CELLS, FIRST_ADDRESS, PRECOMPILE_CELLS, Rule, SHARD_CELLS};
pub use table::{name, precompile};
