//! Runs single calls on SP1's portable executor, and on the precompiles over a memory of the tests.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once};

use attestor_precompiles::{Arguments, Fault, GuestMemory, Kept, precompile};
use sp1_core_executor::{Instruction, MinimalExecutor, Opcode, Program, SupervisorMode};

/// Words by address; what is not there is zero.
pub(crate) type Words = HashMap<u64, u64>;

/// SP1 refuses addresses from here on when it has a memory limit.
const END: u64 = 1 << 40;
const PC: u64 = 0x1000;
/// Registers a0 to a4.
const FIRST_ARGUMENT: u8 = 10;
const T0: u8 = 5;

/// A program that sets a0 to a4, makes the call and halts with exit code 0.
fn program(number: u64, arguments: &Arguments, words: &Words) -> Program {
    let set = |register, value| Instruction::new(Opcode::ADD, register, 0, value, false, true);
    let call = Instruction::new(Opcode::ECALL, T0, 10, 11, false, false);
    let Arguments { a0, a1, a2, a3, a4 } = *arguments;
    let mut code: Vec<Instruction> =
        (FIRST_ARGUMENT..).zip([a0, a1, a2, a3, a4]).map(|(r, value)| set(r, value)).collect();
    code.extend([set(T0, number), call, set(T0, 0), set(10, 0), call]);
    let mut program = Program::new(code, PC, PC);
    program.memory_image = Arc::new(words.iter().map(|(&a, &v)| (a, v)).collect());
    program
}

/// The memory after the call on SP1's executor, at the addresses asked for; None if it failed.
pub(crate) fn on_sp1(
    number: u64,
    arguments: &Arguments,
    words: &Words,
    addresses: &[u64],
) -> Option<Vec<u64>> {
    let executor = run_on_sp1(program(number, arguments, words), &[])?;
    Some(addresses.iter().map(|&address| executor.get_memory_value(address).value).collect())
}

/// The executor after the program; None if it failed.
pub(crate) fn run_on_sp1(
    program: Program,
    stdin: &[Vec<u8>],
) -> Option<MinimalExecutor<SupervisorMode>> {
    silence_panics();
    catch_unwind(AssertUnwindSafe(|| {
        let memory_limit = Some(1 << 30);
        let mut executor = MinimalExecutor::<SupervisorMode>::new_with_limit(
            Arc::new(program),
            false,
            None,
            memory_limit,
        );
        stdin.iter().for_each(|buffer| executor.with_input(buffer));
        while executor.try_execute_chunk().ok()?.is_some() {}
        Some(executor)
    }))
    .ok()
    .flatten()
}

fn silence_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            // Panics of SP1 are answers; only those of the tests themselves are shown.
            if info.location().is_some_and(|at| at.file().contains("precompiles/")) {
                hook(info);
            }
        }));
    });
}

/// The same on the precompile.
pub(crate) fn on_ours(
    number: u64,
    arguments: &Arguments,
    words: &Words,
    addresses: &[u64],
) -> Result<Vec<u64>, Fault> {
    let mut memory = MapMemory(words.clone(), Kept::default());
    precompile(number).expect("a precompile")(&mut memory, arguments)?;
    Ok(addresses.iter().map(|address| memory.0.get(address).copied().unwrap_or(0)).collect())
}

/// A guest memory for tests.
pub(crate) struct MapMemory(pub Words, pub Kept);

impl GuestMemory for MapMemory {
    fn read_words(&mut self, address: u64, words: &mut [u64]) -> Result<(), Fault> {
        check(address, words.len())?;
        for (word, address) in words.iter_mut().zip((address..).step_by(8)) {
            *word = self.0.get(&address).copied().unwrap_or(0);
        }
        Ok(())
    }

    fn write_words(&mut self, address: u64, words: &[u64]) -> Result<(), Fault> {
        check(address, words.len())?;
        self.0.extend((address..).step_by(8).zip(words.iter().copied()));
        Ok(())
    }

    fn kept(&mut self) -> &mut Kept {
        &mut self.1
    }
}

fn check(address: u64, words: usize) -> Result<(), Fault> {
    if !address.is_multiple_of(8) {
        return Err(Fault::Misaligned(address));
    }
    if address > END - 8 * words as u64 {
        return Err(Fault::OutOfRange(address));
    }
    Ok(())
}
