//! Codes as the EVM runs them: with where they may be jumped to, found 64 bytes at a time.
//!
//! What a block calls is analyzed whole, however little of it runs. revm looks at one byte after the
//! other; here a vector says which bytes are JUMPDEST and which push, and only the latter are walked.

#[cfg(target_arch = "x86_64")]
mod windows;

use alloy_primitives::Bytes;
use revm::bytecode::{Bytecode, BytecodeDecodeError};

/// The code of these bytes.
pub(crate) fn analyzed(raw: &[u8]) -> Result<Bytecode, BytecodeDecodeError> {
    #[cfg(target_arch = "x86_64")]
    if let Some(code) = windows::analyzed(raw) {
        return Ok(code);
    }
    Bytecode::new_raw_checked(Bytes::copy_from_slice(raw))
}

#[cfg(test)]
mod tests {
    use revm::bytecode::opcode::{JUMPDEST, PUSH1, PUSH32, STOP};

    use super::*;

    /// revm's own analysis is the judge; what lies behind the code is for whoever reads on.
    fn is_as_revms(raw: &[u8]) {
        let (ours, theirs) =
            (analyzed(raw).unwrap(), Bytecode::new_raw_checked(raw.to_vec().into()).unwrap());
        assert_eq!(ours.original_byte_slice(), theirs.original_byte_slice());
        assert_eq!(ours.len(), theirs.len());
        assert_eq!(ours.is_eip7702(), theirs.is_eip7702());
        let (ours, theirs) = (ours.legacy_jump_table(), theirs.legacy_jump_table());
        for place in 0..raw.len() + 100 {
            let is_valid = |table: Option<&revm::bytecode::JumpTable>| {
                table.is_some_and(|table| table.is_valid(place))
            };
            assert_eq!(is_valid(ours), is_valid(theirs), "{place} of {raw:02x?}");
        }
    }

    /// Bytes of which many are jump targets, or push.
    fn noise(length: usize, state: &mut u64) -> Vec<u8> {
        let byte = |_| {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            match *state >> 60 {
                0..6 => JUMPDEST,
                6..9 => PUSH1 + (*state >> 40) as u8 % 32,
                _ => (*state >> 33) as u8,
            }
        };
        (0..length).map(byte).collect()
    }

    #[test]
    fn jumps_of_any_bytes_are_those_that_revm_finds() {
        let mut state = 1;
        for length in (0..700).chain((2000..2100).step_by(3)).chain((3..25).map(|step| step * 999))
        {
            is_as_revms(&noise(length, &mut state));
        }
    }

    #[test]
    fn jumps_of_codes_whose_parts_never_fall_in_step_are_those_that_revm_finds() {
        for push in [PUSH1, PUSH1 + 1, PUSH32] {
            for shift in 0..40 {
                // What is pushed looks like another PUSH: from each beginning there is another walk.
                let mut raw = vec![JUMPDEST; shift];
                raw.resize(4096 + shift, push);
                raw[3000] = JUMPDEST;
                is_as_revms(&raw);
            }
        }
    }

    #[test]
    fn pushes_over_every_end_of_a_window_cover_what_they_push() {
        for push in PUSH1..=PUSH32 {
            for place in 0..200 {
                let mut raw = vec![JUMPDEST; 200];
                raw[place] = push;
                is_as_revms(&raw);
                is_as_revms(&raw[..=place]);
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn code_is_followed_by_all_that_its_last_push_reads() {
        for raw in [&[PUSH32][..], &[STOP], &[JUMPDEST; 64], &[PUSH32; 65]] {
            let code = analyzed(raw).unwrap();
            assert!(code.bytes_slice().len() >= raw.len() + 33);
            assert!(code.bytes_slice()[raw.len()..].iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn what_is_no_legacy_code_is_left_to_revm() {
        let delegation = [&[0xef, 0x01, 0x00][..], &[7; 20]].concat();

        is_as_revms(&delegation);
        is_as_revms(&[0xef, 0x00, JUMPDEST]);
        assert!(analyzed(&delegation[..22]).is_err());
        assert!(analyzed(&[]).unwrap().is_empty());
    }
}
