//! What re-execution of any EVM chain needs, and of no chain in particular.
//!
//! State comes from a witness: trie nodes and codes that nobody vouches for. Each is found by its
//! hash alone, from a root that the caller has, so that a wrong one is a missing one.

mod code;
mod hashes;
pub mod header;
mod mpt;
mod pool;
pub mod receipt;
mod state;
pub mod transaction;
mod trie;
mod witness_error;

pub use mpt::Mpt;
pub use pool::{Codes, Nodes, Pool, hashed};
pub use state::{Account, Change, SlotChange, State, Tries};
pub use trie::Trie;
pub use witness_error::{Place, WitnessError};
