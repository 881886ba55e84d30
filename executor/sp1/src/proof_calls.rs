//! Programs that verify proofs of other programs (VERIFY_SP1_PROOF) are refused.
//!
//! In execution that call does nothing: only SP1's prover checks the inner proofs. A result of
//! such a program could be built on a claim that nobody checked. The engine keeps no record of
//! the call, so it is looked for in the code, in the form in which SP1's toolchain and any
//! compiler write it: the call's number is a constant in t0. This protects those who rely on an
//! honest program; an author who hides the call only misleads about a program of their own.

use sp1_core_executor::{Instruction, Opcode, SyscallCode};

const T0: u8 = 5;
const ZERO: u64 = 0;

/// Whether the code holds a call to verify an inner proof.
pub(crate) fn present(code: &[Instruction]) -> bool {
    let wanted = SyscallCode::VERIFY_SP1_PROOF as u64;
    let mut t0 = None;
    for instruction in code {
        if instruction.is_ecall_instruction() {
            if t0 == Some(wanted) {
                return true;
            }
            t0 = None;
        } else if instruction.is_jump_instruction() {
            t0 = None;
        } else if writes_t0(instruction) {
            t0 = constant(instruction);
        }
    }
    false
}

fn writes_t0(instruction: &Instruction) -> bool {
    let reads_only =
        instruction.is_branch_instruction() || instruction.is_memory_store_instruction();
    instruction.op_a == T0 && !reads_only
}

/// The value that `li` loads.
fn constant(instruction: &Instruction) -> Option<u64> {
    let is_li = matches!(instruction.opcode, Opcode::ADDI | Opcode::ADDW | Opcode::ADD)
        && instruction.imm_c
        && !instruction.imm_b
        && instruction.op_b == ZERO;
    is_li.then_some(instruction.op_c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn li(register: u8, value: u64) -> Instruction {
        Instruction::new(Opcode::ADDI, register, ZERO, value, false, true)
    }

    fn ecall() -> Instruction {
        Instruction::new(Opcode::ECALL, T0, 10, 11, false, false)
    }

    #[test]
    fn call_with_its_number_in_t0_is_found() {
        assert!(present(&[li(T0, 0x1b), ecall()]));
        assert!(present(&[ecall(), li(T0, 0x1b), li(10, 7), li(11, 8), ecall()]));
    }

    #[test]
    fn store_and_branch_leave_t0_alone() {
        let store = Instruction::new(Opcode::SD, T0, 2, 0, false, true);
        let branch = Instruction::new(Opcode::BNE, T0, 10, 8, false, true);

        assert!(present(&[li(T0, 0x1b), store, branch, ecall()]));
    }

    #[test]
    fn other_calls_and_other_registers_are_not_meant() {
        let jump = Instruction::new(Opcode::JAL, 0, 8, 0, true, true);

        assert!(!present(&[]));
        assert!(!present(&[li(T0, 0x10), ecall(), li(T0, 0x1a), ecall()]));
        assert!(!present(&[li(10, 0x1b), ecall()]));
        assert!(!present(&[li(T0, 0x1b), li(T0, 2), ecall()]));
        assert!(!present(&[li(T0, 0x1b), jump, ecall()]));
        assert!(!present(&[li(T0, 0x1b)]));
    }
}
