//! The body of `/request_proof`, decoded by the rules that upstream decodes it by.
//!
//! Upstream derives serde's `Deserialize` for its types, and so do these: which keys are needed, that
//! none comes twice, what a number may look like, and that unknown keys are passed over are serde's
//! rules for the same declarations. The text is read as a stream and never held.

mod bytes;
mod request;

pub use bytes::{Bytes, Entries, MAX_ENTRIES};
pub use request::{Request, Stdin, read};
