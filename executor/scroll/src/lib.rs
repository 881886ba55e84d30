//! Scroll's blocks, executed once more from a witness, and checked against their headers.
//!
//! The rules are Ethereum's as revm has them, and what Scroll changes in them, by fork
//! (docs/scroll.md). The chain id and the forks come from the request's header, which the daemon's
//! configuration fills; everything else may be a lie, and then differs from what is computed.

mod address;
pub mod bench;
mod block;
mod compression;
mod failure;
mod fork;
mod handler;
mod l1_fee;
mod l1_message;
mod machine;
mod oracle;
mod precompile;
mod program;
mod range;
mod request;
mod transaction;
mod upgrade;
mod witness;
mod zktrie;

pub use failure::{Class, Failure};
pub use program::Scroll;
