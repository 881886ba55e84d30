//! ELF in, verifying key out.

use std::process::ExitCode;

use attestor_sp1::serve::{Work, serve};

fn main() -> ExitCode {
    serve(Work::Compute, attestor_sp1::vkey::answer)
}
