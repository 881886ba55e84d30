//! SP1 v6 behind two programs that take one request each: `attestor-vkey` and `attestor-execute`.
//!
//! The ELF and the stdin are hostile. A process limits itself before it looks at them, answers
//! every outcome it can still name with a frame on stdout, and ends. What it cannot name (a
//! signal) its parent sees by its exit status.

pub mod attestor;
pub mod confine;
pub mod elf_check;
pub mod engine_choice;
pub mod execute;
pub mod failure;
pub mod memory;
pub mod program;
pub mod proof_calls;
pub mod run;
pub mod serve;
pub mod sp1_portable;
pub mod vkey;

/// The version of all sp1-* crates, as pinned in Cargo.toml.
pub const SP1_VERSION: &str = "6.10.0";

/// The allocator that turns exhausted memory into an answer.
#[global_allocator]
static ALLOCATOR: memory::AnsweringAllocator = memory::AnsweringAllocator;
