//! `attestor-answer`: run programs on our engine, in the mode of each; see `serve`.

use std::io;

use attestor_engine_check::compare::limits;
use attestor_engine_check::{attestor, serve};

fn main() -> io::Result<()> {
    serve::serve(|program| attestor::run(&program.elf, &program.stdin, &limits(), program.mode))
}
