//! Our engine against SP1's: random programs, single instructions, and speed.
//!
//! For development only, as it needs both engines.

pub mod answer;
pub mod assembler;
pub mod campaign;
pub mod compare;
pub mod damage;
pub mod elf;
pub mod engine_process;
pub mod generate;
pub mod jit;
pub mod model;
pub mod operation;
pub mod ours;
pub mod outcome;
pub mod portable;
pub mod process;
pub mod random;
pub mod report;
pub mod seeds;
pub mod serve;
pub mod stepped;
pub mod table;
