//! What every hook returns.

use crate::memory::Fault;

/// Buffers to push in front of the stdin, the first one first.
pub(super) type Answers = Result<Vec<Vec<u8>>, Fault>;

pub(super) const TOO_SHORT: Fault = Fault::Refused("the hook's input is too short");
