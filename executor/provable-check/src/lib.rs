//! Whether SP1's circuits accept what our engine signs.
//!
//! The oracle is `attestor-circuits`. `cases` are programs on both sides of every rule, `generate`
//! makes random ones, and `judge` asks our engine and the oracle the same question.
//!
//! For development only, as it needs SP1's prover: `make check-provable`, `make fuzz-provable`.

pub mod campaign;
pub mod cases;
mod coverage;
pub mod generate;
pub mod judge;
pub mod program;
