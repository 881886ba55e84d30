//! ELF and stdin in, public values out.

use std::process::ExitCode;

use attestor_sp1::execute::Execute;
use attestor_sp1::serve::serve;

fn main() -> ExitCode {
    serve::<Execute>()
}
