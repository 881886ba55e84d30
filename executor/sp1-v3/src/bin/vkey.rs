//! ELF in, verifying key of SP1 v3's circuits out.

use std::process::ExitCode;

use attestor_sp1_v3::serve::serve;
use attestor_sp1_v3::vkey::Key;

fn main() -> ExitCode {
    serve::<Key>()
}
