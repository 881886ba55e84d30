//! `sp1-v3-key ELF…`: the keys of trusted programs by SP1 3.4's prover, bytes32, a line each.

use sp1_prover::components::DefaultProverComponents;
use sp1_prover::{HashableKey, SP1Prover};

fn main() {
    let prover = SP1Prover::<DefaultProverComponents>::new();
    for path in std::env::args_os().skip(1) {
        let elf =
            std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        println!("{}", prover.setup(&elf).1.bytes32());
    }
}
