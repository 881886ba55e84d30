//! SP1 v6 in programs that take one request each: `attestor-vkey` and `attestor-execute`, and
//! without the feature `portable` `attestor-execute-jit`.
//!
//! The ELF and the stdin are hostile: `attestor-child` is what confines the process.

// What only the other programs need.
#![cfg_attr(not(feature = "portable"), allow(dead_code))]

#[cfg(feature = "portable")]
mod attestor;
mod confine;
mod elf_check;
mod engine_choice;
#[cfg(feature = "portable")]
pub mod execute;
mod failure;
mod program;
mod run;
pub mod serve;
#[cfg(not(feature = "portable"))]
pub mod sp1_jit;
#[cfg(feature = "portable")]
mod sp1_portable;
#[cfg(feature = "portable")]
pub mod vkey;
