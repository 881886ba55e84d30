//! What is compiled together: basic blocks that direct jumps reach from the start, as far as they
//! were executed before.

use std::collections::{BTreeMap, VecDeque};

use crate::heat::Heat;
use crate::image::Image;
use crate::instruction::Operation;

const MAX_BLOCKS: usize = 64;
const MAX_INSTRUCTIONS: usize = 600;
const MAX_BLOCK_LENGTH: usize = 200;

/// Blocks by the index of their first instruction.
pub struct Region {
    pub start: usize,
    pub blocks: BTreeMap<usize, Block>,
}

pub struct Block {
    /// Behind the last instruction.
    pub end: usize,
    /// Registers that may differ from the context at the block's start, one bit each.
    pub dirty: u32,
    /// Blocks of the region that it may go on in.
    pub successors: Vec<usize>,
}

impl Region {
    pub fn discover(image: &Image, start: usize, heat: &Heat) -> Self {
        let mut blocks = BTreeMap::from([(start, None)]);
        let mut queue = VecDeque::from([start]);
        let mut total = 0;
        while let Some(leader) = queue.pop_front() {
            let end = block_end(image, leader, |index| blocks.contains_key(&index));
            total += end - leader;
            for target in targets(image, end) {
                let room = blocks.len() < MAX_BLOCKS && total < MAX_INSTRUCTIONS;
                if room && heat.was_entered(target) && !blocks.contains_key(&target) {
                    blocks.insert(target, None);
                    queue.push_back(target);
                }
            }
        }
        let leaders: Vec<usize> = blocks.keys().copied().collect();
        for &leader in &leaders {
            let end = block_end(image, leader, |index| blocks.contains_key(&index));
            let successors =
                targets(image, end).filter(|target| leaders.binary_search(target).is_ok());
            let block = Block { end, dirty: 0, successors: successors.collect() };
            blocks.insert(leader, Some(block));
        }
        let blocks =
            blocks.into_iter().filter_map(|(leader, block)| Some((leader, block?))).collect();
        let mut region = Self { start, blocks };
        region.spread_dirty(image);
        region
    }

    pub fn instructions(&self) -> usize {
        self.blocks.iter().map(|(leader, block)| block.end - leader).sum()
    }

    /// The registers that some block writes, one bit each.
    pub fn written(&self, image: &Image) -> u32 {
        let blocks = self.blocks.iter().map(|(leader, block)| written(image, *leader, block.end));
        blocks.fold(0, |set, registers| set | registers)
    }

    /// Let every block know what those before it may have written.
    fn spread_dirty(&mut self, image: &Image) {
        let leaders: Vec<usize> = self.blocks.keys().copied().collect();
        let mut changed = true;
        while changed {
            changed = false;
            for leader in &leaders {
                let Some(block) = self.blocks.get(leader) else { continue };
                let written = written(image, *leader, block.end) | block.dirty;
                for successor in block.successors.clone() {
                    let Some(next) = self.blocks.get_mut(&successor) else { continue };
                    changed |= next.dirty | written != next.dirty;
                    next.dirty |= written;
                }
            }
        }
    }
}

fn written(image: &Image, start: usize, end: usize) -> u32 {
    let registers = image.instructions[start..end].iter().filter_map(|each| each.written());
    registers.fold(0, |set, register| set | 1 << register)
}

/// Behind the last instruction of the block from `leader`.
fn block_end(image: &Image, leader: usize, is_leader: impl Fn(usize) -> bool) -> usize {
    let limit = image.instructions.len().min(leader + MAX_BLOCK_LENGTH);
    let mut end = leader + 1;
    while end < limit && !image.instructions[end - 1].ends_block() && !is_leader(end) {
        end += 1;
    }
    end
}

/// Where control goes directly from the last instruction before `end`, inside of the program.
fn targets(image: &Image, end: usize) -> impl Iterator<Item = usize> {
    let last = image.instructions[end - 1];
    let pc = image.address(end - 1);
    let following = (end < image.instructions.len()).then_some(end);
    let jump = aligned_index(image, pc.wrapping_add(last.addend()));
    let both = match last.operation {
        Operation::Branch(_) => [jump, following],
        // A call leaves the region: its return comes back through a register.
        Operation::Jump if last.rd == 0 => [jump, None],
        Operation::Jump | Operation::JumpRegister | Operation::Ecall | Operation::Illegal => {
            [None, None]
        }
        _ => [None, following],
    };
    both.into_iter().flatten()
}

/// The instruction at an address that compiled code can be entered at.
pub fn aligned_index(image: &Image, pc: u64) -> Option<usize> {
    image.index(pc).filter(|_| pc.is_multiple_of(4))
}
