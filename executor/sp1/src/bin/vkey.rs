//! ELF in, verifying key out.

use std::process::ExitCode;

use attestor_sp1::serve::serve;
use attestor_sp1::vkey::Key;

fn main() -> ExitCode {
    serve::<Key>()
}
