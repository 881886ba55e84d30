//! Keys of whole programs: our guests, published ones, and made-up ones.

use std::path::Path;
use std::sync::Arc;

use attestor_keys::Kernel;
use sp1_core_executor::{Instruction, Opcode, Program};

fn check(program: Program, name: &str) {
    let ours = attestor_keys::verifying_key(&program);
    assert_eq!(ours, attestor_keys_check::verifying_key(Arc::new(program)), "{name}");
}

#[test]
fn keys_of_our_guests_are_sp1s() {
    let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../guests/elf");
    for name in ["fibonacci", "header-chain"] {
        let elf = std::fs::read(guests.join(name).with_extension("elf")).unwrap();
        check(Program::from(&elf).unwrap(), name);
    }
}

#[test]
fn keys_of_published_programs_are_sp1s() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cache/published");
    if !folder.is_dir() {
        eprintln!("skipped: `make published` brings the programs");
        return;
    }
    for name in ["fibonacci", "keccak", "loop", "poseidon2", "sha2", "rsp"] {
        let elf = std::fs::read(folder.join(name).with_extension("elf")).unwrap();
        check(Program::from(&elf).unwrap(), name);
    }
}

/// Instructions of any opcode and operands, and memory words.
fn made_up(instructions: usize, words: u64) -> Program {
    let opcodes = [Opcode::ADD, Opcode::ADDI, Opcode::SD, Opcode::BNE, Opcode::JAL, Opcode::ECALL];
    let code = (0..instructions as u64).map(|index| {
        let mixed = index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let (op_b, op_c) = (mixed >> (index % 64), mixed.rotate_left(17) >> (index % 61));
        let opcode = opcodes[index as usize % opcodes.len()];
        let (imm_b, imm_c) = (index % 3 == 0, index % 5 == 0);
        Instruction::new(opcode, (mixed % 32) as u8, op_b, op_c, imm_b, imm_c)
    });
    let mut program = Program::new(code.collect(), 0x1234_5678_9abc, 0x1234_5678_0000);
    let memory = (0..words).map(|index| (8 * index, index.wrapping_mul(0xd134_2543_de82_ef95)));
    program.memory_image = Arc::new(memory.collect());
    program
}

#[test]
fn keys_of_made_up_programs_are_sp1s() {
    // The last instruction counts that one, and that two columns hold, and their neighbours.
    for (instructions, words) in [(1, 0), (32, 5), (33, 40), (86_016, 3), (86_017, 3), (217_089, 1)]
    {
        check(made_up(instructions, words), &format!("{instructions} instructions"));
    }
}

#[test]
fn kernels_agree_on_several_columns() {
    let program = made_up(90_000, 100);
    let fastest = attestor_keys::verifying_key(&program);
    for kernel in Kernel::available() {
        assert_eq!(attestor_keys::verifying_key_on(kernel, &program), fastest, "{kernel:?}");
    }
}
