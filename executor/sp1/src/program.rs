//! From an ELF to a program: ours, and the one that SP1 runs and has keys for.

use std::sync::Arc;

#[cfg(feature = "portable")]
use attestor_engine::Image;
use sp1_core_executor::Program;

use crate::elf_check;
use crate::failure::{Class, Failure, guarded};

/// Load a hostile ELF for our engine, or say why not.
///
/// SP1's loader is not asked, which takes longer than many runs: what it refuses, these checks
/// refuse, and what they let pass, both load alike (`engine-check/tests/loading.rs`).
#[cfg(feature = "portable")]
pub(crate) fn parse(file: &[u8]) -> Result<Image, Failure> {
    elf_check::check(file)?;
    let image = guarded(Class::Crash, || Image::parse(file))?
        .map_err(|error| Failure::new(Class::InvalidElf, error.to_string()))?;
    if image.verifies_proofs() {
        return Err(Failure::new(
            Class::Unsupported,
            "the program verifies proofs of other programs, which execution does not check",
        ));
    }
    if !image.starts_in_code() {
        return Err(Failure::new(Class::InvalidElf, "the entry point is outside of the code"));
    }
    Ok(image)
}

/// Load an ELF that `parse` takes for SP1. Of a run that SP1's JIT only cross-checks, ours tells
/// whether it does.
pub(crate) fn load(file: &[u8]) -> Result<Arc<Program>, Failure> {
    #[cfg(feature = "portable")]
    parse(file)?;
    elf_check::check(file)?;
    let program = guarded(Class::InvalidElf, || Program::from(file))?
        .map_err(|error| Failure::new(Class::InvalidElf, error.to_string()))?;
    if program.enable_untrusted_programs {
        return Err(Failure::new(Class::Unsupported, "the program runs untrusted code"));
    }
    Ok(Arc::new(program))
}
