//! What every program of the executor needs that takes one hostile request and ends.
//!
//! A program limits itself before it looks at the request's blobs, answers every outcome it can
//! still name with a frame on stdout, and ends. What it cannot name (a signal) its parent sees by
//! its exit status.

mod attached;
mod confine;
mod failure;
mod memory;
mod serve;

pub use attestor_protocol::Fields;
pub use attestor_sandbox::Work;
pub use confine::{Bounds, limit_of};
pub use failure::{Class, Failure, guarded};
pub use serve::{Answer, Program, serve};

/// The allocator that turns exhausted memory into an answer.
#[global_allocator]
static ALLOCATOR: memory::AnsweringAllocator = memory::AnsweringAllocator;
