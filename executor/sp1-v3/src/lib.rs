//! SP1 v3.4 in programs that take one request each: `attestor-vkey-v3` and `attestor-execute-v3`.
//!
//! The run is that of SP1's own executor, in the mode in which it records each instruction, and the
//! records are judged: what its circuits would not accept is no result. docs/guests.md says which
//! rules those are.

mod calls;
mod elf_check;
pub mod execute;
mod failure;
mod judge;
mod limits;
mod numbers;
mod program;
pub mod serve;
pub mod vkey;
