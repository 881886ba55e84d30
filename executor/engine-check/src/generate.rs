//! Random programs that end, as ELFs with their stdin.
//!
//! ```text
//! prologue: registers from the data ‖ items: arithmetic, divisions, idioms, memory, flow, calls ‖
//! epilogue: show all
//! ```
//!
//! Each jump back counts a register down and leaves for the epilogue at zero, so that a program
//! ends; only a hostile one may jump past that. The epilogue stores the registers and writes the
//! data to the public values: two engines whose public values agree did the same.
//!
//! Most programs are short and want their code compiled at its first entries, so that a program of
//! some thousand cycles shows what compiled code does. A few are long, and run as a job does.

mod arithmetic;
mod calls;
mod data;
mod division;
mod flow;
mod generator;
mod hexadecimal;
mod idioms;
mod kind;
mod length;
mod memory;
mod operands;
mod precompiles;
mod prologue_epilogue;
mod register_roles;

use attestor_engine::Mode;

use generator::Generator;

pub use kind::Kind;

/// A program with its input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    pub elf: Vec<u8>,
    pub stdin: Vec<Vec<u8>>,
    /// How our engine runs it, in addition to interpreting it.
    pub mode: Mode,
}

/// The program of a seed, always the same one.
pub fn program(kind: Kind, seed: u64) -> Generated {
    let mut generator = Generator::new(kind, seed);
    generator.write_prologue();
    let items = generator.random.between(4, 40);
    generator.items(items, 0);
    generator.write_epilogue();
    generator.bodies();
    let data = data::bytes(&mut generator.random);
    Generated {
        elf: crate::elf::elf(&generator.assembler.finish(), &data),
        stdin: generator.stdin,
        mode: generator.length.mode,
    }
}

#[cfg(test)]
mod tests;
