//! Which bytes of a code are instructions, and which are what a PUSH pushes.
//!
//! Each PUSH says where the next instruction is, so one can only walk from one to the next, and each
//! step waits for the one before it. Four walks do not wait for each other: of a long code there is
//! one in each quarter. It begins some way before it, as from wherever one begins one soon falls in
//! step with the instructions. Whether it did is known when the walk before it has come that far.

use std::ops::Range;

use revm::bytecode::opcode::PUSH1;

const WALKS: usize = 4;
/// How far before its quarter a walk begins.
const RUN_UP: usize = 192;
/// Codes for which walking in four parts is worth its beginning.
const LONG: usize = 2048;
/// Bits of a word that are there wherever in its first byte one begins.
const AHEAD: usize = 57;

/// A code, with a bit for each of its bytes, and for 64 more: whether it is a PUSH, or a JUMPDEST, if
/// it is an instruction.
#[derive(Clone, Copy)]
pub(super) struct Bits<'a> {
    pub(super) code: &'a [u8],
    pub(super) pushes: &'a [u8],
    pub(super) dests: &'a [u8],
}

/// Where a PUSH and what it pushes have what looks like a JUMPDEST.
pub(super) fn hiding(bits: Bits<'_>) -> Vec<Range<usize>> {
    let length = bits.code.len();
    let mut found = Vec::new();
    if length >= LONG {
        let starts = [0, length / 4, length / 2, length / 4 * 3];
        let run_ups = starts.map(|start| start.saturating_sub(RUN_UP));
        let entries = bits.walk_all(run_ups, starts, &mut Vec::new());
        let ends = [starts[1], starts[2], starts[3], length];
        let left = bits.walk_all(entries, ends, &mut found);
        if left[..WALKS - 1] == entries[1..] {
            return found;
        }
        found.clear();
    }
    bits.walk(0, length, &mut found);
    found
}

impl Bits<'_> {
    /// Walk from an instruction to the first one at `end` or after it.
    fn walk(self, mut place: usize, end: usize, found: &mut Vec<Range<usize>>) -> usize {
        while place < end {
            place = self.step(place, end, found);
        }
        place
    }

    /// The same four times.
    fn walk_all(
        self,
        mut places: [usize; WALKS],
        ends: [usize; WALKS],
        found: &mut Vec<Range<usize>>,
    ) -> [usize; WALKS] {
        while (0..WALKS).all(|index| places[index] < ends[index]) {
            places = std::array::from_fn(|index| self.step(places[index], ends[index], found));
        }
        std::array::from_fn(|index| self.walk(places[index], ends[index], found))
    }

    /// From an instruction to the one after the next PUSH; where there is none before `end`, to
    /// `end`, or nearer to it.
    #[inline(always)]
    fn step(self, place: usize, end: usize, found: &mut Vec<Range<usize>>) -> usize {
        let ahead = bits_from(self.pushes, place);
        let push = place + ahead.trailing_zeros() as usize;
        if ahead == 0 || push >= end {
            return end.min(place + AHEAD);
        }
        let next = push + usize::from(self.code[push] - PUSH1) + 2;
        if bits_from(self.dests, push) & ((1 << (next - push)) - 1) != 0 {
            found.push(push..next);
        }
        next
    }
}

/// `AHEAD` bits or more, the one at `place` first.
#[inline(always)]
fn bits_from(bits: &[u8], place: usize) -> u64 {
    let word = bits[place / 8..].first_chunk().expect("there are more bits than are looked at");
    u64::from_le_bytes(*word) >> (place % 8)
}
