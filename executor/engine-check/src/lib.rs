//! Our engine against SP1's: random programs, single instructions, and speed.
//!
//! For development only, as it needs both engines.

mod answer;
pub mod assembler;
pub mod attestor;
pub mod campaign;
pub mod compare;
pub mod elf;
mod engine_process;
pub mod generate;
mod model;
pub mod mutate_elf;
pub mod operation;
pub mod outcome;
pub mod process;
pub mod random;
pub mod report;
pub mod seeds;
pub mod serve;
pub mod single_step;
mod sp1_jit;
pub mod sp1_portable;
pub mod table;
pub mod unprovable;
