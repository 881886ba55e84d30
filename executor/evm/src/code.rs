//! Codes as the EVM runs them: with where they may be jumped to, found 64 bytes at a time.
//!
//! What a block calls is analyzed whole, however little of it runs. revm looks at one byte after the
//! other; here a vector says which bytes are JUMPDEST and which push, and only the latter are walked.

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

#[cfg(target_arch = "x86_64")]
mod windows {
    #![allow(unsafe_code)]

    use std::arch::x86_64::{
        __m256i, _mm256_cmpeq_epi8, _mm256_cmpgt_epi8, _mm256_movemask_epi8, _mm256_set_epi64x,
        _mm256_set1_epi8,
    };

    use alloy_primitives::Bytes;
    use revm::bytecode::opcode::{JUMPDEST, PUSH1};
    use revm::bytecode::{Bytecode, JumpTable};

    const WINDOW: usize = 64;
    /// Zeros after a code: what its last byte may push, and STOP.
    const PADDING: usize = 33;
    /// What begins no legacy code: a delegation (EIP-7702), which is not to be jumped in.
    const NOT_LEGACY: u8 = 0xef;

    /// None for what is no legacy code, and where the machine has no AVX2.
    pub(super) fn analyzed(raw: &[u8]) -> Option<Bytecode> {
        if matches!(raw, [] | [NOT_LEGACY, ..]) || !std::arch::is_x86_feature_detected!("avx2") {
            return None;
        }
        // SAFETY: the machine has AVX2.
        let jumps = JumpTable::from_slice(&unsafe { jumps(raw) }, raw.len());
        let mut padded = Vec::with_capacity(raw.len() + PADDING);
        padded.extend_from_slice(raw);
        padded.resize(raw.len() + PADDING, 0);
        // SAFETY: behind its last byte are as many as any instruction reads, and STOP.
        Some(unsafe { Bytecode::new_analyzed(Bytes::from(padded), raw.len(), jumps) })
    }

    /// A bit for each byte of `code`, and for those that fill its last window: whether it is a
    /// JUMPDEST, and not what a PUSH pushes.
    #[target_feature(enable = "avx2")]
    fn jumps(code: &[u8]) -> Vec<u8> {
        let mut table = Vec::with_capacity(code.len().div_ceil(WINDOW) * (WINDOW / 8));
        let mut pushed_before = 0;
        for bytes in code.chunks(WINDOW) {
            let mut last = [0; WINDOW];
            let window = bytes.first_chunk().unwrap_or_else(|| {
                last[..bytes.len()].copy_from_slice(bytes);
                &last
            });
            let (dests, pushes) = found(window);
            let pushed;
            (pushed, pushed_before) = operands(window, pushes, pushed_before);
            table.extend_from_slice(&(dests & !pushed).to_le_bytes());
        }
        table
    }

    /// Where a window has JUMPDEST and where PUSH1 to PUSH32, if these are instructions.
    #[target_feature(enable = "avx2")]
    fn found(window: &[u8; WINDOW]) -> (u64, u64) {
        let (low, high) = (half(window, 0), half(window, 4));
        let jumpdest = _mm256_set1_epi8(JUMPDEST.cast_signed());
        // Bytes are signed here: all above 0x7f, which is PUSH32, are less.
        let below = _mm256_set1_epi8((PUSH1 - 1).cast_signed());
        (
            bits(_mm256_cmpeq_epi8(low, jumpdest), _mm256_cmpeq_epi8(high, jumpdest)),
            bits(_mm256_cmpgt_epi8(low, below), _mm256_cmpgt_epi8(high, below)),
        )
    }

    /// The bytes that are pushed, or push, and how many of the next window are. So many of this one
    /// are: `before`, which is 32 at most.
    fn operands(window: &[u8; WINDOW], pushes: u64, before: usize) -> (u64, usize) {
        let mut pushed = (1 << before) - 1;
        let mut next = before;
        loop {
            let rest = pushes >> next;
            if rest == 0 {
                return (pushed, 0);
            }
            let push = next + rest.trailing_zeros() as usize;
            next = push + usize::from(window[push] - PUSH1) + 2;
            if next >= WINDOW {
                return (pushed | (u64::MAX << push), next - WINDOW);
            }
            pushed |= (1 << next) - (1 << push);
        }
    }

    /// Four words of a window, from `first` on.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn half(window: &[u8; WINDOW], first: usize) -> __m256i {
        let word = |index: usize| i64::from_le_bytes(window.as_chunks::<8>().0[first + index]);
        _mm256_set_epi64x(word(3), word(2), word(1), word(0))
    }

    /// The highest bit of each byte.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn bits(low: __m256i, high: __m256i) -> u64 {
        let of = [_mm256_movemask_epi8(low), _mm256_movemask_epi8(high)];
        u64::from(of[0].cast_unsigned()) | (u64::from(of[1].cast_unsigned()) << 32)
    }
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

    #[test]
    fn jumps_of_any_bytes_are_those_that_revm_finds() {
        let mut state = 1_u64;
        for length in 0..700_usize {
            let raw: Vec<u8> = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    match state >> 60 {
                        0..6 => JUMPDEST,
                        6..9 => PUSH1 + (state >> 40) as u8 % 32,
                        _ => (state >> 33) as u8,
                    }
                })
                .collect();
            is_as_revms(&raw);
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
