//! ELF in, verifying key out.

use std::process::ExitCode;

fn main() -> ExitCode {
    attestor_sp1::serve::serve(attestor_sp1::vkey::answer)
}
