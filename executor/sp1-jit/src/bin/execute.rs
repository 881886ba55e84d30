//! ELF and stdin in, public values out: a run of ours once more, on SP1's JIT.

use std::process::ExitCode;

use attestor_sp1::serve::serve;
use attestor_sp1::sp1_jit::ExecuteJit;

fn main() -> ExitCode {
    serve::<ExecuteJit>()
}
