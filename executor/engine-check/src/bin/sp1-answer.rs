//! `sp1-answer`: run programs on SP1's portable executor; see `serve`.

use std::io;

use attestor_engine_check::{serve, sp1_portable};

const MEMORY_BYTES: u64 = 1 << 30;

fn main() -> io::Result<()> {
    serve::serve(|program| sp1_portable::run(&program.elf, &program.stdin, MEMORY_BYTES))
}
