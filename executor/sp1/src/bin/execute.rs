//! ELF and stdin in, public values out.

use std::process::ExitCode;

use attestor_sp1::serve::{Work, serve};

fn main() -> ExitCode {
    serve(Work::Run, attestor_sp1::execute::answer)
}
