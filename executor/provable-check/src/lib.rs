//! Whether SP1's circuits accept what our engine signs.
//!
//! The oracle executes nothing by itself: SP1's own prover fills its tables from a run, and every
//! constraint, every lookup and every condition between shards is evaluated on them (`oracle`).
//! `cases` are programs on both sides of every rule, `generate` makes random ones, and `judge`
//! asks our engine and the oracle the same question.
//!
//! For development only, as it needs SP1's prover: `make check-provable`, `make fuzz-provable`.

pub mod campaign;
pub mod cases;
pub mod generate;
pub mod judge;
pub mod oracle;
pub mod program;
