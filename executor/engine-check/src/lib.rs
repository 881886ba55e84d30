//! Our engine against SP1's: random programs, single instructions, and speed.
//!
//! For development only, as it needs both engines.

pub mod assembler;
pub mod elf;
pub mod generate;
pub mod model;
pub mod operation;
pub mod outcome;
pub mod portable;
pub mod random;
pub mod report;
pub mod table;
