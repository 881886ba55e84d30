//! SP1's portable executor one instruction at a time, through its interface for debuggers.

use sp1_jit::debug::{DebugState, State};

use crate::sp1_portable;

/// The machine before each of the first `count` instructions, or of as many as the program has.
///
/// Each instruction takes some microseconds: for short programs.
///
/// # Panics
/// If SP1 does not take the ELF.
pub fn states(elf: &[u8], stdin: &[Vec<u8>], count: usize) -> Vec<State> {
    let program = sp1_portable::load(elf).expect("an ELF that SP1 takes");
    let mut executor = sp1_portable::executor(program, stdin, 1 << 30);
    let receiver = executor.new_debug_receiver().expect("the first receiver");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Ends by a panic when nobody receives any more.
            let _ = sp1_portable::silently(|| executor.try_execute_chunk().is_ok());
            drop(executor);
        });
        receiver.into_iter().flatten().take(count).collect()
    })
}
