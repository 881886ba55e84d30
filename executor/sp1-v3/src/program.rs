//! From an ELF to the program that SP1 runs and has keys for.

use sp1_core_executor::Program;

use crate::elf_check;
use crate::failure::{Class, Failure, guarded};

/// Load a hostile ELF, or say why not.
pub(crate) fn load(file: &[u8]) -> Result<Program, Failure> {
    elf_check::check(file)?;
    guarded(Class::InvalidElf, || Program::from(file))?
        .map_err(|error| Failure::new(Class::InvalidElf, error.to_string()))
}
