//! The guest's stdin: buffers that are read one by one, in front of which the guest itself may
//! push hints.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::mem::size_of;

use attestor_precompiles::{Fault, GuestMemory};

use crate::memory::Memory;

/// So many words are written at once.
const PIECE_WORDS: usize = 512;

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

/// Write a buffer as words with the zeros that SP1 appends: one whole word more where the
/// length is a multiple of eight.
pub(crate) fn write_buffer(bytes: &[u8], address: u64, memory: &mut Memory) -> Result<(), Fault> {
    let (whole, rest) = bytes.as_chunks::<8>();
    let mut at = address;
    for piece in whole.chunks(PIECE_WORDS) {
        let mut words = [0; PIECE_WORDS];
        for (word, bytes) in words.iter_mut().zip(piece) {
            *word = u64::from_le_bytes(*bytes);
        }
        memory.write_words(at, &words[..piece.len()])?;
        at += 8 * piece.len() as u64;
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    memory.write_words(at, &[u64::from_le_bytes(last)])
}

#[cfg(test)]
mod tests;
