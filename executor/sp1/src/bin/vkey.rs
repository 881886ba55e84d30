//! ELF in, verifying key out.

use std::process::ExitCode;

fn main() -> ExitCode {
    sp1::serve::serve(sp1::vkey::answer)
}
