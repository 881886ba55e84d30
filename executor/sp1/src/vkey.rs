//! The verifying key of a program, by the package `attestor-keys`.

use attestor_keys::Kernel;
use serde_json::json;

use crate::failure::{Class, Failure, guarded};
use crate::program;
use crate::serve::{Answer, Main, Request, SP1_VERSION, Work};

/// What attestor-vkey does.
pub struct Key;

impl Main for Key {
    const WORK: Work = Work::Compute;

    /// Answer a request for the key of the ELF in blob 0.
    fn answer(request: &Request) -> Result<Answer, Failure> {
        let [elf] = request.blobs.as_slice() else {
            return Err(Failure::new(
                Class::Crash,
                "a request for a key carries one blob, the ELF",
            ));
        };
        let program = program::load(elf)?;
        let kernel = Kernel::best();
        let words = guarded(Class::Crash, || attestor_keys::verifying_key_on(kernel, &program))?;
        let fields = [
            ("words", json!(words)),
            ("instructions", json!(program.instructions.len())),
            ("kernel", json!(kernel.name())),
            ("sp1", json!(SP1_VERSION)),
        ];
        Ok(Answer::new(fields, None))
    }
}
