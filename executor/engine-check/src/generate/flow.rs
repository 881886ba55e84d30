//! Branches, loops, jumps, and calls of functions.

use super::generator::Generator;
use super::kind::Kind;
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
        match self.random.below(12) {
            0..=2 => self.skip(depth),
            3..=5 => self.counted_loop(depth),
            6 => self.open_loop(depth),
            7 => self.table(depth),
            8..=9 => self.call_function(),
            10 => self.division_loop(depth),
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
        let budget = self.roles.budget;
        self.assembler.immediate(ADDI, budget, budget, -1);
        self.assembler.branch(BGE, budget, 0, go_on);
        self.assembler.jump(0, self.epilogue);
        self.assembler.place(go_on);
    }

    fn counted_loop(&mut self, depth: u32) {
        self.repeat(|generator| {
            let count = generator.random.between(1, 8);
            generator.items(count, depth + 1);
        });
    }

    /// What `body` emits, so many times.
    pub(super) fn repeat(&mut self, body: impl FnOnce(&mut Self)) {
        let counter = self.target();
        if counter == 0 {
            return self.arithmetic();
        }
        self.reserved.push(counter);
        let times = self.random.pick(&[1, 2, 3, 10, 60]);
        self.assembler.immediate(ADDI, counter, 0, times);
        let top = self.assembler.label();
        self.assembler.place(top);
        body(self);
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
        let scratch = self.roles.scratch;
        self.assembler.address(scratch, table, 0);
        self.assembler.register(ADD, scratch, scratch, index);
        self.assembler.jump_register(0, scratch, 0);
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
        let scratch = self.roles.scratch;
        self.assembler.address(scratch, label, off + lowest_bit - offset);
        self.assembler.jump_register(link, scratch, offset);
    }

    /// With a divisor of this place's own, or whatever is there.
    fn call_function(&mut self) {
        let link = self.roles.link;
        if self.reserved.contains(&link) || self.functions.is_empty() {
            return self.arithmetic();
        }
        if !self.reserved.contains(&self.roles.divisor) && self.random.chance(60) {
            self.set_divisor(self.roles.divisor);
        }
        let function = self.random.pick(&self.functions);
        self.assembler.jump(link, function);
    }

    /// The functions: those called from the main code first, then those that these call.
    pub(super) fn bodies(&mut self) {
        let (link, inner_link) = (self.roles.link, self.roles.inner_link);
        for function in self.functions.clone() {
            self.assembler.place(function);
            self.reserved.push(link);
            self.arithmetic();
            if !self.inner_functions.is_empty() {
                let inner = self.random.pick(&self.inner_functions);
                self.assembler.jump(inner_link, inner);
            }
            self.body(link);
        }
        for function in self.inner_functions.clone() {
            self.assembler.place(function);
            self.reserved.extend([link, inner_link]);
            self.body(inner_link);
            self.reserved.pop();
        }
    }

    fn body(&mut self, link: u8) {
        if self.random.chance(60) {
            self.divide_by(self.roles.divisor);
        }
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
