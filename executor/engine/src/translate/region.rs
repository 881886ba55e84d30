//! What is compiled together: basic blocks that direct jumps, and the ends of calls, reach from the
//! start.

use std::collections::BTreeMap;

use crate::image::Image;
use crate::instruction::Operation;

const MAX_BLOCKS: usize = 64;
const MAX_INSTRUCTIONS: usize = 600;
const MAX_BLOCK_LENGTH: usize = 200;

/// Blocks by the index of their first instruction.
pub(super) struct Region {
    /// Where it can be entered: its start, and where calls come back.
    pub entries: Vec<usize>,
    pub blocks: BTreeMap<usize, Block>,
}

pub(super) struct Block {
    /// After the last instruction.
    pub end: usize,
    /// Registers that may differ from the context at the block's start, one bit each.
    pub dirty: u32,
    /// Blocks of the region that it may go on in.
    pub successors: [Option<usize>; 2],
}

/// First instructions of blocks, in the order in which they were found.
#[derive(Default)]
struct Leaders {
    found: Vec<usize>,
    /// A bit for each, by the end of its index: nearly every instruction is none, and has none.
    ends: [u64; 16],
}

impl Leaders {
    fn push(&mut self, index: usize) {
        self.found.push(index);
        self.ends[index / 64 % 16] |= 1 << (index % 64);
    }

    fn contains(&self, index: usize) -> bool {
        self.ends[index / 64 % 16] >> (index % 64) & 1 == 1 && self.found.contains(&index)
    }
}

impl Region {
    /// `wanted` tells whether a block is worth it in a region that has so many instructions.
    pub(super) fn discover(
        image: &Image,
        start: usize,
        wanted: impl Fn(usize, usize) -> bool,
    ) -> Self {
        let mut leaders = Leaders::default();
        leaders.push(start);
        let mut entries = vec![start];
        let (mut next, mut total) = (0, 0);
        while let Some(&leader) = leaders.found.get(next) {
            next += 1;
            let end = block_end(image, leader, |index| leaders.contains(index));
            total += end - leader;
            let back = comes_back(image, end);
            // What is called is another region's, unless it is in this one for another reason.
            let reached = direct(image, end).into_iter().flatten().filter(|_| back.is_none());
            for target in reached.chain(back) {
                let room = leaders.found.len() < MAX_BLOCKS && total < MAX_INSTRUCTIONS;
                if room && wanted(target, total) && !leaders.contains(target) {
                    leaders.push(target);
                    if back == Some(target) {
                        entries.push(target);
                    }
                }
            }
        }
        let mut leaders = leaders.found;
        leaders.sort_unstable();
        let is_leader = |index: &usize| leaders.binary_search(index).is_ok();
        let block = |&leader: &usize| {
            let end = block_end(image, leader, |index| is_leader(&index));
            let successors = direct(image, end).map(|target| target.filter(is_leader));
            (leader, Block { end, dirty: 0, successors })
        };
        let blocks = leaders.iter().map(block).collect();
        let mut region = Self { entries, blocks };
        region.spread_dirty(image);
        region
    }

    pub(super) fn instructions(&self) -> usize {
        self.blocks.iter().map(|(leader, block)| block.end - leader).sum()
    }

    /// The registers that some block writes, one bit each.
    pub(super) fn written(&self, image: &Image) -> u32 {
        let blocks = self.blocks.iter().map(|(leader, block)| written(image, *leader, block.end));
        blocks.fold(0, |set, registers| set | registers)
    }

    /// Let every block know what those before it may have written.
    fn spread_dirty(&mut self, image: &Image) {
        let mut waiting: Vec<usize> = self.blocks.keys().copied().collect();
        while let Some(leader) = waiting.pop() {
            let Some(block) = self.blocks.get(&leader) else { continue };
            let written = written(image, leader, block.end) | block.dirty;
            for successor in block.successors.into_iter().flatten() {
                let Some(next) = self.blocks.get_mut(&successor) else { continue };
                if next.dirty | written != next.dirty {
                    next.dirty |= written;
                    waiting.push(successor);
                }
            }
        }
    }
}

fn written(image: &Image, start: usize, end: usize) -> u32 {
    let registers = image.instructions[start..end].iter().filter_map(|each| each.written());
    registers.fold(0, |set, register| set | 1 << register)
}

/// After the last instruction of the block from `leader`.
fn block_end(image: &Image, leader: usize, is_leader: impl Fn(usize) -> bool) -> usize {
    let limit = image.instructions.len().min(leader + MAX_BLOCK_LENGTH);
    let mut end = leader + 1;
    while end < limit && !image.instructions[end - 1].ends_block() && !is_leader(end) {
        end += 1;
    }
    end
}

/// Where control goes directly from the last instruction before `end`, inside of the program.
fn direct(image: &Image, end: usize) -> [Option<usize>; 2] {
    let last = image.instructions[end - 1];
    let pc = image.address(end - 1);
    let following = (end < image.instructions.len()).then_some(end);
    let jump = aligned_index(image, pc.wrapping_add(last.addend()));
    match last.operation {
        Operation::Branch(_) => [jump, following],
        Operation::Jump => [jump, None],
        Operation::JumpRegister | Operation::Ecall | Operation::Illegal => [None, None],
        _ => [None, following],
    }
}

/// Where a call that is the last instruction before `end` comes back, by a jump through a register
/// or from the loop around compiled code.
fn comes_back(image: &Image, end: usize) -> Option<usize> {
    let last = image.instructions[end - 1];
    let is_call = match last.operation {
        Operation::Jump | Operation::JumpRegister => last.rd != 0,
        Operation::Ecall => true,
        _ => false,
    };
    (is_call && end < image.instructions.len()).then_some(end)
}

/// The instruction at an address that compiled code can be entered at.
pub(super) fn aligned_index(image: &Image, pc: u64) -> Option<usize> {
    image.index(pc).filter(|_| pc.is_multiple_of(4))
}
