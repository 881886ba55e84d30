//! The calls that a program's code makes, as far as they can be seen in it.

use super::Image;
use crate::alu::Alu;
use crate::instruction::{Instruction, Operation};
use crate::syscalls::{ENTER_UNCONSTRAINED, T0, VERIFY_SP1_PROOF};

impl Image {
    /// Whether the code holds a call to verify a proof of another program, in the form in which
    /// SP1's toolchain and any compiler write it: the call's number is a constant in t0.
    ///
    /// In execution that call does nothing: only SP1's prover checks the inner proofs. What hides
    /// the call from this function is refused when it is made.
    pub fn verifies_proofs(&self) -> bool {
        self.makes(VERIFY_SP1_PROOF)
    }

    /// Whether the code holds a call, in the same form, to enter an unconstrained block. Such blocks
    /// are there to give hints, which are read in the middle of a run.
    pub(crate) fn enters_unconstrained(&self) -> bool {
        self.makes(ENTER_UNCONSTRAINED)
    }

    fn makes(&self, call: u32) -> bool {
        let code = self.instructions.iter().enumerate();
        let mut calls = code.filter(|(_, instruction)| instruction.operation == Operation::Ecall);
        calls.any(|(at, _)| number(&self.instructions[..at]) == Some(call.into()))
    }
}

/// What t0 holds behind these instructions, as far as the last of them tell without a jump or a call.
fn number(before: &[Instruction]) -> Option<u64> {
    for instruction in before.iter().rev() {
        match instruction.operation {
            Operation::Ecall | Operation::Jump | Operation::JumpRegister => return None,
            _ if instruction.written() == Some(T0) => return constant(instruction),
            _ => {}
        }
    }
    None
}

/// The value that `li` loads.
fn constant(instruction: &Instruction) -> Option<u64> {
    let adds = matches!(instruction.operation, Operation::Immediate(Alu::Add | Alu::AddW));
    (adds && instruction.rs1 == 0).then(|| instruction.addend())
}

#[cfg(test)]
mod tests {
    use crate::assembly::{A0, A1, ECALL, T0, addi, branch, image, jal, store};

    const CALL: [u32; 2] = [addi_t0(0x1b), ECALL];

    const fn addi_t0(immediate: u32) -> u32 {
        0x13 | 5 << 7 | immediate << 20
    }

    fn verifies(code: &[u32]) -> bool {
        image(code).verifies_proofs()
    }

    #[test]
    fn call_with_its_number_in_t0_is_found() {
        assert!(verifies(&CALL));
        assert!(verifies(&[ECALL, CALL[0], addi(A0, 0, 7), addi(A1, 0, 8), ECALL]));
        // addiw
        assert!(verifies(&[CALL[0] | 8, ECALL]));
    }

    #[test]
    fn store_and_branch_leave_t0_alone() {
        assert!(verifies(&[CALL[0], store(3, T0, A0, 0), branch(1, T0, A0, 8), ECALL]));
    }

    #[test]
    fn entering_an_unconstrained_block_is_found() {
        assert!(image(&[addi_t0(3), ECALL]).enters_unconstrained());
        for other in [2, 4, 0x1b] {
            assert!(!image(&[addi_t0(other), ECALL]).enters_unconstrained());
        }
    }

    #[test]
    fn other_calls_and_other_registers_are_not_meant() {
        assert!(!verifies(&[addi_t0(0x10), ECALL, addi_t0(0x1a), ECALL]));
        assert!(!verifies(&[addi(A0, 0, 0x1b), ECALL]));
        assert!(!verifies(&[CALL[0], addi_t0(2), ECALL]));
        assert!(!verifies(&[CALL[0], addi(T0, T0, 0), ECALL]));
        assert!(!verifies(&[CALL[0], jal(0, 4), ECALL]));
        assert!(!verifies(&[CALL[0]]));
    }
}
