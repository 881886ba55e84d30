//! Branches to labels that are out of their reach.

use super::{Assembler, Label, Part, Waiting};
use crate::operation::{BEQ, BGE, BGEU, BLT, BLTU, BNE, JAL, Operands, Operation, Shape};

const OPPOSITES: [(Operation, Operation); 3] = [(BEQ, BNE), (BLT, BGE), (BLTU, BGEU)];

impl Assembler {
    /// Write what is too far as the opposite branch over a jump. That moves code, and what was in
    /// reach may no longer be: until all is.
    pub(super) fn lengthen_branches(&mut self) {
        while let Some(far) = self.waiting.iter().position(|each| self.is_far_branch(each)) {
            self.lengthen(far);
        }
    }

    fn is_far_branch(&self, waiting: &Waiting) -> bool {
        waiting.operation.shape == Shape::Branch && !self.is_in_reach(waiting)
    }

    fn lengthen(&mut self, far: usize) {
        let jump = self.waiting[far].index + 1;
        self.words.insert(jump, 0);
        let moved = |index: &mut usize| *index += usize::from(*index >= jump);
        self.labels.iter_mut().flatten().for_each(moved);
        self.waiting.iter_mut().map(|each| &mut each.index).for_each(moved);
        self.labels.push(Some(jump + 1));
        let over = Label(self.labels.len() - 1);
        let branch = &mut self.waiting[far];
        branch.operation = opposite(branch.operation);
        let label = std::mem::replace(&mut branch.label, over);
        let operands = Operands::default();
        let part = Part::Distance;
        self.waiting.push(Waiting { index: jump, operation: JAL, operands, label, part });
    }
}

fn opposite(branch: Operation) -> Operation {
    let both_ways = OPPOSITES.into_iter().flat_map(|(one, other)| [(one, other), (other, one)]);
    let mut found = both_ways.filter(|(one, _)| *one == branch).map(|(_, other)| other);
    found.next().expect("a branch")
}
