//! Branches, loops, jumps, and calls of functions.

use super::{BUDGET, Generator, INNER_LINK, Kind, LINK, SCRATCH};
use crate::assembler::Label;
use crate::operation::{ADD, ADDI, ANDI, BEQ, BGE, BGEU, BLT, BLTU, BNE, JAL, Operands, SLLI};

const MAX_DEPTH: u32 = 3;
/// The bytes of one entry in a table of jumps.
const TABLE_ENTRY_SHIFT: i64 = 3;

impl Generator {
    pub(super) fn flow(&mut self, depth: u32) {
        if depth >= MAX_DEPTH {
            return self.arithmetic();
        }
        match self.random.below(10) {
            0..=2 => self.skip(depth),
            3..=5 => self.counted_loop(depth),
            6 => self.open_loop(depth),
            7 => self.table(depth),
            8 => self.call_function(),
            _ => self.jump_over(depth),
        }
    }

    fn branch_on_anything(&mut self, label: Label) {
        let operation = self.random.pick(&[BEQ, BNE, BLT, BGE, BLTU, BGEU]);
        let (left, right) = (self.source(), self.source());
        self.assembler.branch(operation, left, right, label);
    }

    /// A branch over some items.
    fn skip(&mut self, depth: u32) {
        let after = self.assembler.label();
        self.branch_on_anything(after);
        let count = self.random.between(1, 4);
        self.items(count, depth + 1);
        self.assembler.place(after);
    }

    /// Leave for the epilogue when the budget of jumps back is used up.
    fn spend(&mut self) {
        let go_on = self.assembler.label();
        self.assembler.immediate(ADDI, BUDGET, BUDGET, -1);
        self.assembler.branch(BGE, BUDGET, 0, go_on);
        self.assembler.jump(0, self.epilogue);
        self.assembler.place(go_on);
    }

    /// Some items so many times.
    fn counted_loop(&mut self, depth: u32) {
        let counter = self.target();
        if counter == 0 {
            return self.arithmetic();
        }
        self.reserved.push(counter);
        let times = self.random.pick(&[1, 2, 3, 10, 60]);
        self.assembler.immediate(ADDI, counter, 0, times);
        let top = self.assembler.label();
        self.assembler.place(top);
        let count = self.random.between(1, 8);
        self.items(count, depth + 1);
        self.spend();
        self.assembler.immediate(ADDI, counter, counter, -1);
        self.assembler.branch(BNE, counter, 0, top);
        self.reserved.pop();
    }

    /// Some items until a comparison of any registers says so, or the budget is used up.
    fn open_loop(&mut self, depth: u32) {
        let top = self.assembler.label();
        self.assembler.place(top);
        let count = self.random.between(1, 6);
        self.items(count, depth + 1);
        self.spend();
        self.branch_on_anything(top);
    }

    /// A jump through a register, into a table of jumps.
    fn table(&mut self, depth: u32) {
        let entries = self.random.pick(&[2_i64, 4, 8]);
        let (table, after) = (self.assembler.label(), self.assembler.label());
        let index = self.target();
        let value = self.source();
        self.assembler.immediate(ANDI, index, value, entries - 1);
        self.assembler.immediate(SLLI, index, index, TABLE_ENTRY_SHIFT);
        self.assembler.address(SCRATCH, table, 0);
        self.assembler.register(ADD, SCRATCH, SCRATCH, index);
        self.assembler.jump_register(0, SCRATCH, 0);
        self.assembler.place(table);
        let places: Vec<_> = (0..entries).map(|_| self.assembler.label()).collect();
        for place in &places {
            self.assembler.jump(0, *place);
            self.arithmetic();
        }
        for place in places {
            self.assembler.place(place);
            let count = self.random.between(0, 2);
            self.items(count, depth + 1);
            if self.random.chance(50) {
                self.assembler.jump(0, after);
            }
        }
        self.assembler.place(after);
    }

    /// `jal` or `jalr` over some items, with any link register.
    fn jump_over(&mut self, depth: u32) {
        let after = self.assembler.label();
        let link = self.target();
        if self.random.chance(50) {
            self.assembler.jump(link, after);
        } else {
            self.jump_through_register(link, after);
        }
        let count = self.random.between(0, 3);
        self.items(count, depth + 1);
        self.assembler.place(after);
    }

    /// With the address split in two, and in a hostile program at times two bytes off.
    fn jump_through_register(&mut self, link: u8, label: Label) {
        let offset = self.random.between(-2048, 2047);
        let off = if self.kind == Kind::Hostile && self.random.chance(10) { 2 } else { 0 };
        // JALR clears the lowest bit of the sum.
        let lowest_bit = self.random.between(0, 1);
        self.assembler.address(SCRATCH, label, off + lowest_bit - offset);
        self.assembler.jump_register(link, SCRATCH, offset);
    }

    fn call_function(&mut self) {
        if self.reserved.contains(&LINK) || self.functions.is_empty() {
            return self.arithmetic();
        }
        let function = self.random.pick(&self.functions);
        self.assembler.jump(LINK, function);
    }

    /// The functions: those called from the main code first, then those that these call.
    pub(super) fn bodies(&mut self) {
        for function in self.functions.clone() {
            self.assembler.place(function);
            self.reserved.push(LINK);
            self.arithmetic();
            if !self.inner_functions.is_empty() {
                let inner = self.random.pick(&self.inner_functions);
                self.assembler.jump(INNER_LINK, inner);
            }
            self.body(LINK);
        }
        for function in self.inner_functions.clone() {
            self.assembler.place(function);
            self.reserved.extend([LINK, INNER_LINK]);
            self.body(INNER_LINK);
            self.reserved.pop();
        }
    }

    fn body(&mut self, link: u8) {
        let count = self.random.between(1, 8);
        self.items(count, 1);
        self.assembler.jump_register(0, link, 0);
        self.reserved.pop();
    }

    /// To anywhere: a value of any register, or a word near here.
    pub(super) fn wild_jump(&mut self) {
        let register = self.source();
        if self.random.chance(50) {
            let link = self.target();
            let offset = self.random.between(-8, 8);
            self.assembler.jump_register(link, register, offset);
        } else {
            let immediate = 2 * self.random.between(-20, 20);
            let rd = self.target();
            self.assembler.emit(JAL, Operands { rd, immediate, ..Operands::default() });
        }
    }
}
