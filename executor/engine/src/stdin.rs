//! The guest's stdin: buffers that are read one by one, in front of which the guest itself may
//! push hints.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::mem::size_of;

use attestor_precompiles::Fault;

use crate::memory::Memory;

/// Buffers of the caller and of the guest. What the guest pushes counts as its memory.
pub(crate) struct Stdin<'a> {
    given: VecDeque<&'a [u8]>,
    /// The last one is read first.
    pushed: Vec<Vec<u8>>,
}

impl<'a> Stdin<'a> {
    pub(crate) fn new(buffers: &'a [Vec<u8>]) -> Self {
        Self { given: buffers.iter().map(Vec::as_slice).collect(), pushed: Vec::new() }
    }

    /// The bytes of the next buffer.
    pub(crate) fn next_length(&self) -> Option<u64> {
        let next = self.pushed.last().map(Vec::as_slice).or_else(|| self.given.front().copied());
        next.map(|buffer| buffer.len() as u64)
    }

    /// Take the next buffer.
    pub(crate) fn take(&mut self, memory: &mut Memory) -> Option<Cow<'a, [u8]>> {
        if let Some(buffer) = self.pushed.pop() {
            memory.refund(charge(&buffer));
            return Some(buffer.into());
        }
        self.given.pop_front().map(Cow::from)
    }

    /// Put a buffer in front of all others.
    pub(crate) fn push(&mut self, buffer: Vec<u8>, memory: &mut Memory) -> Result<(), Fault> {
        memory.charge(charge(&buffer))?;
        self.pushed.push(buffer);
        Ok(())
    }
}

fn charge(buffer: &[u8]) -> u64 {
    // An empty buffer takes room as well.
    (buffer.len() + 2 * size_of::<Vec<u8>>()) as u64
}

#[cfg(test)]
mod tests;
