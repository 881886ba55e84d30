use std::path::Path;

use super::*;

/// Computed by SP1's own prover, 6.10.0, out of guests/elf.
const FIBONACCI: [u32; 8] = [
    1_778_031_541,
    700_094_120,
    811_098_550,
    830_760_640,
    1_092_242_798,
    1_082_233_951,
    1_880_911_439,
    1_395_646_682,
];
const HEADER_CHAIN: [u32; 8] = [
    95_782_924,
    744_789_261,
    69_565_956,
    1_986_311_258,
    1_443_231_608,
    1_374_839_730,
    938_176_895,
    434_341_463,
];

fn guest(name: &str) -> Program {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../guests/elf");
    Program::from(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

#[test]
fn keys_of_our_guests_are_those_that_sp1_computed() {
    for kernel in Kernel::available() {
        assert_eq!(verifying_key_on(kernel, &guest("fibonacci.elf")), FIBONACCI, "{kernel:?}");
    }
    assert_eq!(verifying_key(&guest("header-chain.elf")), HEADER_CHAIN);
}

#[test]
fn key_depends_on_entry_code_and_memory() {
    let program = guest("fibonacci.elf");
    let mut entry = program.clone();
    entry.pc_start_abs += 4;
    let mut code = program.clone();
    code.instructions[3].op_c ^= 1;
    let mut memory = program;
    *std::sync::Arc::make_mut(&mut memory.memory_image).values_mut().next().unwrap() ^= 1;

    for changed in [entry, code, memory] {
        assert_ne!(verifying_key(&changed), FIBONACCI);
    }
}

#[test]
#[should_panic(expected = "untrusted code")]
fn program_with_untrusted_code_has_no_key() {
    let program = Program { enable_untrusted_programs: true, ..guest("fibonacci.elf") };
    verifying_key(&program);
}
