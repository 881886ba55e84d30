//! Run a program on the engine that the request names.
//!
//! Both engines get what the same checks let pass: an ELF that one takes and the other does not
//! would be a disagreement about nothing that was executed.
//!
//! SP1's engine does not know what its circuits accept. Where its result is not only to cross-check one
//! of ours, our interpreter judges the run first, and both must agree on all of it.

use crate::engine_choice::Engine;
use crate::failure::{Class, Failure};
use crate::run::Run;
use crate::serve::{Answer, Main, Request, Work};
use crate::{attestor, program, sp1_portable};

/// What attestor-execute does.
pub struct Execute;

impl Main for Execute {
    const WORK: Work = Work::Run;

    /// Answer a request to run the ELF in blob 0 with the further blobs as stdin entries.
    fn answer(request: &Request) -> Result<Answer, Failure> {
        let (engine, elf, stdin) = request.to_execute()?;
        let run = match engine {
            Engine::Attestor => attestor::run(&program::parse(elf)?, stdin, &request.limits)?,
            Engine::Sp1Portable if request.cross_checks => {
                sp1_portable::run(program::load_to_run(elf)?, stdin, &request.limits)?
            }
            Engine::Sp1Jit => {
                return Err(Failure::new(Class::Crash, "this program does not run sp1-jit"));
            }
            Engine::Sp1Portable => {
                let judged = attestor::judge(&program::parse(elf)?, stdin, &request.limits)?;
                agreed(
                    sp1_portable::run(program::load_to_run(elf)?, stdin, &request.limits)?,
                    &judged,
                )?
            }
        };
        Ok(run.answer(engine))
    }
}

/// The run, if it is the judged one.
fn agreed(run: Run, judged: &Run) -> Result<Run, Failure> {
    let results = |run: &Run| {
        (run.exit_code, run.cycles, run.digest, run.public_values == judged.public_values)
    };
    if results(&run) == results(judged) {
        return Ok(run);
    }
    Err(Failure::new(Class::Crash, "our interpreter, which judges the run, has another result"))
}
