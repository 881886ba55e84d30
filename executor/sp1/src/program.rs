//! From an ELF to the program that SP1 runs and has keys for.

use std::sync::Arc;

use sp1_core_executor::Program;

use crate::elf_check::{self, ADDRESS_LIMIT};
use crate::failure::{Class, Failure, guarded};
use crate::proof_calls;

/// Load a hostile ELF, or say why not.
pub(crate) fn load(file: &[u8]) -> Result<Arc<Program>, Failure> {
    elf_check::check(file)?;
    // The loader panics on words that are no instruction.
    let program = guarded(Class::InvalidElf, || Program::from(file))?
        .map_err(|error| Failure::new(Class::InvalidElf, error.to_string()))?;
    check_loaded(&program)?;
    Ok(Arc::new(program))
}

fn check_loaded(program: &Program) -> Result<(), Failure> {
    if program.enable_untrusted_programs {
        return Err(Failure::new(Class::Unsupported, "the program runs untrusted code"));
    }
    if program.instructions.is_empty() {
        return Err(Failure::new(Class::InvalidElf, "the program has no instructions"));
    }
    if proof_calls::present(&program.instructions) {
        return Err(Failure::new(
            Class::Unsupported,
            "the program verifies proofs of other programs, which execution does not check",
        ));
    }
    let code_bytes = 4 * program.instructions.len() as u64;
    let code_end = program.pc_base.saturating_add(code_bytes);
    if code_end > ADDRESS_LIMIT || !(program.pc_base..code_end).contains(&program.pc_start_abs) {
        return Err(Failure::new(Class::InvalidElf, "the entry point is outside of the code"));
    }
    Ok(())
}
