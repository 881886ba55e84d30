//! The guest's stdin: buffers that are read one by one, in front of which the guest itself may
//! push hints.

use std::collections::VecDeque;
use std::mem::size_of;

use precompiles::Fault;

use crate::memory::Memory;

/// Buffers of the caller and of the guest. What the guest pushes counts as its memory.
pub struct Stdin<'a> {
    given: VecDeque<&'a [u8]>,
    /// The last one is read first.
    pushed: Vec<Vec<u8>>,
}

impl<'a> Stdin<'a> {
    pub fn new(buffers: &'a [Vec<u8>]) -> Self {
        Self { given: buffers.iter().map(Vec::as_slice).collect(), pushed: Vec::new() }
    }

    /// The bytes of the next buffer.
    pub fn next_length(&self) -> Option<u64> {
        let next = self.pushed.last().map(Vec::as_slice).or_else(|| self.given.front().copied());
        next.map(|buffer| buffer.len() as u64)
    }

    /// Take the next buffer, as words with the zeros that SP1 adds behind it: one whole word more
    /// where the length is a multiple of eight.
    pub fn take_words(&mut self, memory: &mut Memory) -> Option<Vec<u64>> {
        if let Some(buffer) = self.pushed.pop() {
            memory.refund(charge(&buffer));
            return Some(words(&buffer));
        }
        self.given.pop_front().map(words)
    }

    /// Put a buffer in front of all others.
    pub fn push(&mut self, buffer: Vec<u8>, memory: &mut Memory) -> Result<(), Fault> {
        memory.charge(charge(&buffer))?;
        self.pushed.push(buffer);
        Ok(())
    }
}

fn charge(buffer: &[u8]) -> u64 {
    // An empty buffer takes room as well.
    (buffer.len() + 2 * size_of::<Vec<u8>>()) as u64
}

fn words(bytes: &[u8]) -> Vec<u64> {
    let (whole, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    whole.iter().copied().chain([last]).map(u64::from_le_bytes).collect()
}

#[cfg(test)]
mod tests;
