//! Finds jump targets 64 bytes at a time, by AVX2.

#![allow(unsafe_code)]

mod pushed;

use std::arch::x86_64::{
    __m256i, _mm256_cmpeq_epi8, _mm256_cmpgt_epi8, _mm256_movemask_epi8, _mm256_set_epi64x,
    _mm256_set1_epi8,
};

use alloy_primitives::Bytes;
use revm::bytecode::opcode::{JUMPDEST, PUSH1};
use revm::bytecode::{Bytecode, JumpTable};

use self::pushed::{Bits, hiding};

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

/// A bit for each byte of `code`, and for those that fill its last window and one more: whether it is
/// a JUMPDEST, and not what a PUSH pushes.
#[target_feature(enable = "avx2")]
fn jumps(code: &[u8]) -> Vec<u8> {
    let room = (code.len().div_ceil(WINDOW) + 1) * (WINDOW / 8);
    let (mut dests, mut pushes) = (Vec::with_capacity(room), Vec::with_capacity(room));
    for bytes in code.chunks(WINDOW) {
        let mut last = [0; WINDOW];
        let window = bytes.first_chunk().unwrap_or_else(|| {
            last[..bytes.len()].copy_from_slice(bytes);
            &last
        });
        let (dest, push) = found(window);
        dests.extend_from_slice(&dest.to_le_bytes());
        pushes.extend_from_slice(&push.to_le_bytes());
    }
    dests.resize(room, 0);
    pushes.resize(room, 0);
    for hidden in hiding(Bits { code, pushes: &pushes, dests: &dests }).into_iter().flatten() {
        dests[hidden / 8] &= !(1 << (hidden % 8));
    }
    dests
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
