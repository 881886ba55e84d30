//! The interpreter: for cold code, unconstrained blocks, and the end of the fuel.

use attestor_precompiles::{Fault, Rule};

use crate::context::Context;
use crate::exit::Exit;
use crate::hotness::Hotness;
use crate::image::Image;
use crate::instruction::{Instruction, Operation};
use crate::memory::Memory;

/// Where the program goes on.
enum Next {
    Following,
    At(u64),
    Leave(Exit),
}

/// Execute from `context.pc` until something else has to take over.
///
/// # Errors
/// The load or store at `context.pc` is none, or no jump may go there.
pub(crate) fn interpret(
    context: &mut Context,
    memory: &mut Memory,
    image: &Image,
    hotness: &mut Hotness,
) -> Result<Exit, Fault> {
    loop {
        let Some(index) = image.index(context.pc) else { return Ok(Exit::WildJump) };
        // SP1's executor rounds down, its circuits do not.
        if !context.pc.is_multiple_of(4) {
            if !memory.is_unconstrained() {
                return Err(Rule::MisalignedJump(context.pc).into());
            }
        } else if hotness.enter(index) {
            return Ok(Exit::Hot);
        }
        if let Some(exit) = block(context, memory, &image.instructions[index..])? {
            return Ok(exit);
        }
    }
}

/// Execute up to the next jump; None: go on at `context.pc`.
fn block(
    context: &mut Context,
    memory: &mut Memory,
    instructions: &[Instruction],
) -> Result<Option<Exit>, Fault> {
    let start = context.pc;
    let affordable = usize::try_from(context.fuel).unwrap_or(0).min(instructions.len());
    for (place, instruction) in instructions[..affordable].iter().enumerate() {
        let pc = start.wrapping_add(4 * place as u64);
        let next = execute(&mut context.registers, pc, memory, instruction);
        if let Ok(Next::Following) = next {
            continue;
        }
        context.pc = pc;
        context.fuel -= place as i64 + 1;
        return match next? {
            Next::At(target) => {
                context.pc = target;
                Ok(None)
            }
            Next::Leave(exit) => Ok(Some(exit)),
            Next::Following => Ok(None),
        };
    }
    context.pc = start.wrapping_add(4 * affordable as u64);
    context.fuel -= affordable as i64;
    Ok((affordable < instructions.len()).then_some(Exit::Fuel))
}

#[inline(always)]
fn execute(
    registers: &mut [u64; 32],
    pc: u64,
    memory: &mut Memory,
    instruction: &Instruction,
) -> Result<Next, Fault> {
    let addend = instruction.addend();
    let a = registers[usize::from(instruction.rs1 & 31)];
    let b = registers[usize::from(instruction.rs2 & 31)];
    let (value, next) = match instruction.operation {
        Operation::Immediate(alu) => (alu.apply(a, addend), Next::Following),
        Operation::Register(alu) => (alu.apply(a, b), Next::Following),
        Operation::Load { width, signed } => {
            (memory.load(width, signed, a.wrapping_add(addend))?, Next::Following)
        }
        Operation::Store(width) => {
            memory.store(width, a.wrapping_add(addend), b)?;
            return Ok(Next::Following);
        }
        Operation::Branch(condition) => {
            let target = if condition.holds(a, b) { addend } else { 4 };
            return Ok(Next::At(pc.wrapping_add(target)));
        }
        Operation::Constant => (addend, Next::Following),
        Operation::PcRelative => (pc.wrapping_add(addend), Next::Following),
        Operation::Jump => (pc.wrapping_add(4), Next::At(pc.wrapping_add(addend))),
        Operation::JumpRegister => (pc.wrapping_add(4), Next::At(a.wrapping_add(addend) & !1)),
        Operation::Ecall => return Ok(Next::Leave(Exit::Ecall)),
        Operation::Illegal => return Ok(Next::Leave(Exit::Illegal)),
    };
    if instruction.rd != 0 {
        registers[usize::from(instruction.rd & 31)] = value;
    }
    Ok(next)
}
