//! Blocks and their witness in, what each of them did out.

use std::process::ExitCode;

use attestor_scroll::Scroll;

fn main() -> ExitCode {
    attestor_child::serve::<Scroll>()
}
