//! A region as a function in Cranelift's intermediate code.
//!
//! Guest registers are variables. The context holds them only where the region is left: a block
//! knows which ones may differ from it (`dirty`). Fuel is taken at a block's start for all of the
//! block; a fault in its middle ends the run, so what it took too much is never seen.

use std::collections::BTreeMap;
use std::mem::offset_of;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{
    AbiParam, Block as Label, BlockArg, Function, InstBuilder, MemFlagsData, SigRef, Signature,
    UserFuncName, Value,
};
use cranelift_codegen::isa::{CallConv, TargetFrontendConfig};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};

use super::arithmetic;
use super::region::{Block, Region, aligned_index};
use crate::alu::Alu;
use crate::context::Context;
use crate::exit::Exit;
use crate::image::Image;
use crate::instruction::{Condition, Instruction, Operation, Width};
use crate::memory::ADDRESS_BITS;

/// Write the region into an empty function; `registers` are the guest's as it is compiled.
pub fn emit(
    function: &mut Function,
    frontend: &mut FunctionBuilderContext,
    config: TargetFrontendConfig,
    image: &Image,
    region: &Region,
    registers: &[u64; 32],
) {
    *function = Function::with_name_signature(UserFuncName::default(), signature());
    let mut emitter = Emitter::new(FunctionBuilder::new(function, frontend), image, region);
    let written = region.written(image);
    emitter.kept = std::array::from_fn(|index| {
        let is_kept = written >> index & 1 == 0;
        is_kept.then_some(registers[index])
    });
    for (leader, block) in &region.blocks {
        emitter.block(*leader, block);
    }
    emitter.access_fault();
    emitter.builder.seal_all_blocks();
    emitter.builder.finalize(config);
}

/// (context, memory, fuel, table) -> exit, as `entry` calls it.
fn signature() -> Signature {
    let mut signature = Signature::new(CallConv::Tail);
    signature.params.extend([AbiParam::new(I64); 4]);
    signature.returns.push(AbiParam::new(I64));
    signature
}

struct Emitter<'a> {
    builder: FunctionBuilder<'a>,
    image: &'a Image,
    region_signature: SigRef,
    context: Value,
    memory: Value,
    table: Value,
    fuel: Variable,
    registers: [Option<Variable>; 32],
    labels: BTreeMap<usize, Label>,
    /// With the pc and the address of an access that is none.
    fault: Label,
    dirty: u32,
    /// Registers that the region does not write, as they were when it became hot.
    kept: [Option<u64>; 32],
}

impl<'a> Emitter<'a> {
    fn new(mut builder: FunctionBuilder<'a>, image: &'a Image, region: &Region) -> Self {
        let region_signature = builder.import_signature(signature());
        let entry = builder.create_block();
        builder.append_block_params_for_function_params(entry);
        builder.switch_to_block(entry);
        let [context, memory, fuel_left, table] =
            std::array::from_fn(|index| builder.block_params(entry)[index]);
        let fuel = builder.declare_var(I64);
        builder.def_var(fuel, fuel_left);
        let fault = builder.create_block();
        builder.set_cold_block(fault);
        builder.append_block_param(fault, I64);
        builder.append_block_param(fault, I64);
        let labels = region.blocks.keys().map(|&leader| (leader, builder.create_block())).collect();
        let mut emitter = Self {
            builder,
            image,
            region_signature,
            context,
            memory,
            table,
            fuel,
            registers: [None; 32],
            labels,
            fault,
            dirty: 0,
            kept: [None; 32],
        };
        emitter.load_registers(region);
        let start = emitter.labels[&region.start];
        emitter.builder.ins().jump(start, &[]);
        emitter
    }

    /// All registers that the region names.
    fn load_registers(&mut self, region: &Region) {
        let blocks = region.blocks.iter().map(|(leader, block)| *leader..block.end);
        for index in blocks.flatten() {
            let instruction = &self.image.instructions[index];
            for register in [instruction.rd, instruction.rs1, instruction.rs2].map(usize::from) {
                if register == 0 || self.registers[register].is_some() {
                    continue;
                }
                let variable = self.builder.declare_var(I64);
                let flags = MemFlagsData::trusted();
                let value = self.builder.ins().load(I64, flags, self.context, 8 * register as i32);
                self.builder.def_var(variable, value);
                self.registers[register] = Some(variable);
            }
        }
    }

    fn block(&mut self, leader: usize, block: &Block) {
        self.builder.switch_to_block(self.labels[&leader]);
        self.dirty = block.dirty;
        self.take_fuel(leader, block.end - leader);
        for index in leader..block.end {
            let instruction = self.image.instructions[index];
            let pc = self.image.address(index);
            self.instruction(&instruction, pc);
        }
        if !self.image.instructions[block.end - 1].ends_block() {
            self.go_to(self.image.address(block.end));
        }
    }

    /// Leave before the block if the fuel does not suffice for all of it.
    fn take_fuel(&mut self, leader: usize, length: usize) {
        let before = self.builder.use_var(self.fuel);
        let after = self.builder.ins().iadd_imm_s(before, -(length as i64));
        let (out, on) = (self.cold_block(), self.builder.create_block());
        let short = self.builder.ins().icmp_imm_s(IntCC::SignedLessThan, after, 0);
        self.builder.ins().brif(short, out, &[], on, &[]);
        self.builder.switch_to_block(out);
        self.leave_at(self.image.address(leader), Exit::Fuel);
        self.builder.switch_to_block(on);
        self.builder.def_var(self.fuel, after);
    }

    fn instruction(&mut self, instruction: &Instruction, pc: u64) {
        match instruction.operation {
            Operation::Constant => self.set_constant(instruction, instruction.addend()),
            Operation::PcRelative => {
                self.set_constant(instruction, pc.wrapping_add(instruction.addend()));
            }
            Operation::Immediate(alu) => {
                let a = self.get(instruction.rs1);
                let value = match alu {
                    Alu::Add => self.builder.ins().iadd_imm_s(a, instruction.addend() as i64),
                    _ => {
                        let b = self.constant(instruction.addend());
                        arithmetic::emit(&mut self.builder, alu, a, b, None)
                    }
                };
                self.set(instruction, value);
            }
            Operation::Register(alu) => {
                let (a, b) = (self.get(instruction.rs1), self.get(instruction.rs2));
                let likely = self.kept[usize::from(instruction.rs2)];
                let value = arithmetic::emit(&mut self.builder, alu, a, b, likely);
                self.set(instruction, value);
            }
            Operation::Load { width, signed } => self.load(instruction, width, signed, pc),
            Operation::Store(width) => self.store(instruction, width, pc),
            Operation::Jump => {
                self.set_constant(instruction, pc.wrapping_add(4));
                self.go_to(pc.wrapping_add(instruction.addend()));
            }
            Operation::JumpRegister => self.jump_register(instruction, pc),
            Operation::Branch(condition) => self.branch(instruction, condition, pc),
            Operation::Ecall => self.leave_at(pc, Exit::Ecall),
            Operation::Illegal => self.leave_at(pc, Exit::Illegal),
        }
    }

    fn load(&mut self, instruction: &Instruction, width: Width, signed: bool, pc: u64) {
        let from = self.host_address(instruction, width, pc);
        let flags = MemFlagsData::trusted();
        let ins = self.builder.ins();
        let value = match (width, signed) {
            (Width::Byte, false) => ins.uload8(I64, flags, from, 0),
            (Width::Byte, true) => ins.sload8(I64, flags, from, 0),
            (Width::Half, false) => ins.uload16(I64, flags, from, 0),
            (Width::Half, true) => ins.sload16(I64, flags, from, 0),
            (Width::Word, false) => ins.uload32(flags, from, 0),
            (Width::Word, true) => ins.sload32(flags, from, 0),
            (Width::Double, _) => ins.load(I64, flags, from, 0),
        };
        self.set(instruction, value);
    }

    fn store(&mut self, instruction: &Instruction, width: Width, pc: u64) {
        let to = self.host_address(instruction, width, pc);
        let value = self.get(instruction.rs2);
        let flags = MemFlagsData::trusted();
        match width {
            Width::Byte => self.builder.ins().istore8(flags, value, to, 0),
            Width::Half => self.builder.ins().istore16(flags, value, to, 0),
            Width::Word => self.builder.ins().istore32(flags, value, to, 0),
            Width::Double => self.builder.ins().store(flags, value, to, 0),
        };
    }

    /// The host's address of an access, behind the check of `memory`.
    fn host_address(&mut self, instruction: &Instruction, width: Width, pc: u64) -> Value {
        let base = self.get(instruction.rs1);
        let address = self.builder.ins().iadd_imm_s(base, instruction.addend() as i64);
        let log2 = i64::from(width.log2());
        let rotated = match log2 {
            0 => address,
            _ => self.builder.ins().rotr_imm_u(address, log2),
        };
        let excess = self.builder.ins().ushr_imm_u(rotated, i64::from(ADDRESS_BITS) - log2);
        let on = self.builder.create_block();
        let pc = self.constant(pc);
        let arguments = [BlockArg::from(pc), BlockArg::from(address)];
        self.builder.ins().brif(excess, self.fault, &arguments, on, &[]);
        self.builder.switch_to_block(on);
        self.builder.ins().iadd(self.memory, address)
    }

    /// Where all accesses of the region go that are none.
    fn access_fault(&mut self) {
        self.builder.switch_to_block(self.fault);
        let [pc, address] =
            std::array::from_fn(|index| self.builder.block_params(self.fault)[index]);
        self.keep(pc, offset_of!(Context, pc));
        self.keep(address, offset_of!(Context, address));
        self.leave(Exit::Access);
    }

    fn branch(&mut self, instruction: &Instruction, condition: Condition, pc: u64) {
        let (a, b) = (self.get(instruction.rs1), self.get(instruction.rs2));
        let holds = self.builder.ins().icmp(comparison(condition), a, b);
        let (taken, other) = (pc.wrapping_add(instruction.addend()), pc.wrapping_add(4));
        let labels = [taken, other].map(|target| self.label(target));
        let [to, on] = labels.map(|label| label.unwrap_or_else(|| self.builder.create_block()));
        self.builder.ins().brif(holds, to, &[], on, &[]);
        for (label, block, target) in [(labels[0], to, taken), (labels[1], on, other)] {
            if label.is_none() {
                self.builder.switch_to_block(block);
                self.go_out(target);
            }
        }
    }

    fn jump_register(&mut self, instruction: &Instruction, pc: u64) {
        let base = self.get(instruction.rs1);
        let sum = self.builder.ins().iadd_imm_s(base, instruction.addend() as i64);
        let target = self.builder.ins().band_imm_s(sum, -2);
        self.set_constant(instruction, pc.wrapping_add(4));
        self.flush();
        self.keep(target, offset_of!(Context, pc));
        // An offset that is no multiple of four becomes larger than any index by the rotation.
        let offset = self.builder.ins().iadd_imm_s(target, (self.image.base as i64).wrapping_neg());
        let index = self.builder.ins().rotr_imm_u(offset, 2);
        let count = self.image.instructions.len() as i64;
        let inside = self.builder.ins().icmp_imm_s(IntCC::UnsignedLessThan, index, count);
        let (on, out) = (self.builder.create_block(), self.cold_block());
        self.builder.ins().brif(inside, on, &[], out, &[]);
        self.builder.switch_to_block(out);
        self.leave(Exit::Cold);
        self.builder.switch_to_block(on);
        let place = self.builder.ins().ishl_imm_u(index, 3);
        let place = self.builder.ins().iadd(self.table, place);
        self.call_region(place, 0);
    }

    /// Go on at an address, in the region or out of it.
    fn go_to(&mut self, target: u64) {
        match self.label(target) {
            Some(label) => {
                self.builder.ins().jump(label, &[]);
            }
            None => self.go_out(target),
        }
    }

    fn go_out(&mut self, target: u64) {
        let Some(index) = aligned_index(self.image, target) else {
            return self.leave_at(target, Exit::Cold);
        };
        self.flush();
        let pc = self.constant(target);
        self.keep(pc, offset_of!(Context, pc));
        self.call_region(self.table, 8 * index as i32);
    }

    /// Go on in the region whose address is in the table.
    fn call_region(&mut self, place: Value, offset: i32) {
        let flags = MemFlagsData::trusted();
        let region = self.builder.ins().load(I64, flags, place, offset);
        let fuel = self.builder.use_var(self.fuel);
        let arguments = [self.context, self.memory, fuel, self.table];
        self.builder.ins().return_call_indirect(self.region_signature, region, &arguments);
    }

    fn leave_at(&mut self, pc: u64, exit: Exit) {
        self.flush();
        let pc = self.constant(pc);
        self.keep(pc, offset_of!(Context, pc));
        self.leave(exit);
    }

    fn leave(&mut self, exit: Exit) {
        let fuel = self.builder.use_var(self.fuel);
        self.keep(fuel, offset_of!(Context, fuel));
        let code = self.constant(exit as u64);
        self.builder.ins().return_(&[code]);
    }

    /// Write the registers that may differ into the context.
    fn flush(&mut self) {
        let dirty = self.dirty;
        for register in (1..32).filter(|register| dirty >> register & 1 == 1) {
            if let Some(variable) = self.registers[register] {
                let value = self.builder.use_var(variable);
                self.keep(value, 8 * register);
            }
        }
    }

    fn keep(&mut self, value: Value, offset: usize) {
        let flags = MemFlagsData::trusted();
        self.builder.ins().store(flags, value, self.context, offset as i32);
    }

    fn label(&self, target: u64) -> Option<Label> {
        self.labels.get(&aligned_index(self.image, target)?).copied()
    }

    fn cold_block(&mut self) -> Label {
        let block = self.builder.create_block();
        self.builder.set_cold_block(block);
        block
    }

    fn constant(&mut self, value: u64) -> Value {
        self.builder.ins().iconst(I64, value as i64)
    }

    fn get(&mut self, register: u8) -> Value {
        match self.registers[usize::from(register)] {
            Some(variable) => self.builder.use_var(variable),
            None => self.constant(0),
        }
    }

    fn set_constant(&mut self, instruction: &Instruction, value: u64) {
        let value = self.constant(value);
        self.set(instruction, value);
    }

    fn set(&mut self, instruction: &Instruction, value: Value) {
        let Some(register) = instruction.written() else { return };
        if let Some(variable) = self.registers[register] {
            self.builder.def_var(variable, value);
            self.dirty |= 1 << register;
        }
    }
}

fn comparison(condition: Condition) -> IntCC {
    match condition {
        Condition::Equal => IntCC::Equal,
        Condition::NotEqual => IntCC::NotEqual,
        Condition::Less => IntCC::SignedLessThan,
        Condition::GreaterOrEqual => IntCC::SignedGreaterThanOrEqual,
        Condition::Below => IntCC::UnsignedLessThan,
        Condition::AboveOrEqual => IntCC::UnsignedGreaterThanOrEqual,
    }
}
