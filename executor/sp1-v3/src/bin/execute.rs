//! ELF and stdin in, public values out, on SP1 v3.4's executor.

use std::process::ExitCode;

use attestor_sp1_v3::execute::Execute;
use attestor_sp1_v3::serve::serve;

fn main() -> ExitCode {
    serve::<Execute>()
}
