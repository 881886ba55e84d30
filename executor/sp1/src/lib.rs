//! SP1 v6 in two programs that take one request each: `attestor-vkey` and `attestor-execute`.
//!
//! The ELF and the stdin are hostile. A process limits itself before it looks at them, answers
//! every outcome it can still name with a frame on stdout, and ends. What it cannot name (a
//! signal) its parent sees by its exit status.

mod attestor;
mod confine;
mod elf_check;
mod engine_choice;
pub mod execute;
mod failure;
mod memory;
mod program;
mod run;
pub mod serve;
mod sp1_portable;
pub mod vkey;

/// The allocator that turns exhausted memory into an answer.
#[global_allocator]
static ALLOCATOR: memory::AnsweringAllocator = memory::AnsweringAllocator;
