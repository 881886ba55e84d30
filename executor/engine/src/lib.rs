//! Runs programs of SP1 v6: RV64IM executables that a stranger wrote.
//!
//! The definition of every result is the portable executor of sp1-core-executor 6.10.0: cycles are
//! its `global_clk`, and where it panics a typed `Stop` is returned here.
//!
//! Layers, from the file to the result: `image` (the ELF) over `decode` and `instruction`;
//! `memory` (the guest's address space); `interpret` and `translate` (two ways to execute
//! instructions until an `exit`); `syscalls` (what an ecall does); `run` (the loop around all).
//!
//! A guest cannot reach host memory: see `memory`.

mod alu;
#[cfg(test)]
mod assembly;
mod context;
mod decode;
mod exit;
mod hotness;
mod image;
mod instruction;
mod interpret;
mod memory;
mod outcome;
mod run;
mod stdin;
mod syscalls;
#[cfg(all(feature = "translator", target_arch = "x86_64", target_os = "linux"))]
mod translate;
#[cfg(not(all(feature = "translator", target_arch = "x86_64", target_os = "linux")))]
#[path = "translate_absent.rs"]
mod translate;

pub use attestor_precompiles::Rule;
pub use image::{Image, ImageError};
pub use outcome::{
    FaultKind, GuestFault, Limits, Mode, Outcome, Stop, Unprovable, WRITE_ALLOWANCE,
};
pub use run::run;
