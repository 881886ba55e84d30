//! ELF and stdin in, public values out.

use std::process::ExitCode;

fn main() -> ExitCode {
    sp1::serve::serve(sp1::execute::answer)
}
