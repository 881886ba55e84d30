//! SHA_EXTEND and SHA_COMPRESS (FIPS 180-4, section 6.2.2). Each 32-bit number has a word of its
//! own, whose upper half must be zero where it is read.

use crate::arguments::Arguments;
use crate::memory::{Fault, GuestMemory, read};
use crate::rule::Rule;

const K: [u32; 64] = [
    0x428a_2f98,
    0x7137_4491,
    0xb5c0_fbcf,
    0xe9b5_dba5,
    0x3956_c25b,
    0x59f1_11f1,
    0x923f_82a4,
    0xab1c_5ed5,
    0xd807_aa98,
    0x1283_5b01,
    0x2431_85be,
    0x550c_7dc3,
    0x72be_5d74,
    0x80de_b1fe,
    0x9bdc_06a7,
    0xc19b_f174,
    0xe49b_69c1,
    0xefbe_4786,
    0x0fc1_9dc6,
    0x240c_a1cc,
    0x2de9_2c6f,
    0x4a74_84aa,
    0x5cb0_a9dc,
    0x76f9_88da,
    0x983e_5152,
    0xa831_c66d,
    0xb003_27c8,
    0xbf59_7fc7,
    0xc6e0_0bf3,
    0xd5a7_9147,
    0x06ca_6351,
    0x1429_2967,
    0x27b7_0a85,
    0x2e1b_2138,
    0x4d2c_6dfc,
    0x5338_0d13,
    0x650a_7354,
    0x766a_0abb,
    0x81c2_c92e,
    0x9272_2c85,
    0xa2bf_e8a1,
    0xa81a_664b,
    0xc24b_8b70,
    0xc76c_51a3,
    0xd192_e819,
    0xd699_0624,
    0xf40e_3585,
    0x106a_a070,
    0x19a4_c116,
    0x1e37_6c08,
    0x2748_774c,
    0x34b0_bcb5,
    0x391c_0cb3,
    0x4ed8_aa4a,
    0x5b9c_ca4f,
    0x682e_6ff3,
    0x748f_82ee,
    0x78a5_636f,
    0x84c8_7814,
    0x8cc7_0208,
    0x90be_fffa,
    0xa450_6ceb,
    0xbef9_a3f7,
    0xc671_78f2,
];

/// Fill w[16..64] of the message schedule at `a0` from w[0..16].
pub(crate) fn extend(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    if arguments.a1 != 0 {
        return Err(Fault::Refused("SHA_EXTEND takes 0 as its second argument"));
    }
    let block: [u64; 16] = read(memory, arguments.a0)?;
    let mut w = [0; 64];
    w[..16].copy_from_slice(&numbers(&block)?);
    for i in 16..64 {
        w[i] = scheduled(&w, i);
    }
    let extension: [u64; 48] = std::array::from_fn(|i| u64::from(w[16 + i]));
    memory.write_words(arguments.a0.wrapping_add(16 * 8), &extension)
}

/// Apply the compression function with the message schedule at `a0` to the state at `a1`.
pub(crate) fn compress(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    let mut state = numbers(&read::<8>(memory, arguments.a1)?)?;
    let w = numbers(&read::<64>(memory, arguments.a0)?)?;
    if is_extension(&w) {
        compress_block(&mut state, &w);
    } else {
        compress_schedule(&mut state, &w);
    }
    memory.write_words(arguments.a1, &state.map(u64::from))
}

/// The numbers in words without an upper half.
fn numbers<const N: usize>(words: &[u64; N]) -> Result<[u32; N], Fault> {
    if words.iter().fold(0, |bits, word| bits | word) >> 32 == 0 {
        return Ok(words.map(|word| word as u32));
    }
    let wide = words.iter().find(|word| **word >> 32 != 0);
    Err(Rule::WideWord(*wide.unwrap_or(&0)).into())
}

/// What the schedule's rule makes w[i].
#[inline(always)]
fn scheduled(w: &[u32; 64], i: usize) -> u32 {
    let (early, late) = (w[i - 15], w[i - 2]);
    let s0 = early.rotate_right(7) ^ early.rotate_right(18) ^ (early >> 3);
    let s1 = late.rotate_right(17) ^ late.rotate_right(19) ^ (late >> 10);
    s1.wrapping_add(w[i - 16]).wrapping_add(s0).wrapping_add(w[i - 7])
}

/// Whether the schedule follows from its first sixteen numbers. The checks do not depend on each
/// other, so that the compiler puts them on vectors.
fn is_extension(w: &[u32; 64]) -> bool {
    (16..64).fold(0, |difference, i| difference | (w[i] ^ scheduled(w, i))) == 0
}

/// With the CPU's instructions, where it has them; they extend the schedule on their own.
fn compress_block(state: &mut [u32; 8], w: &[u32; 64]) {
    let mut block = [0; 64];
    for (bytes, number) in block.chunks_exact_mut(4).zip(w) {
        bytes.copy_from_slice(&number.to_be_bytes());
    }
    sha2::compress256(state, &[block.into()]);
}

/// With a schedule of the guest's own making.
fn compress_schedule(state: &mut [u32; 8], w: &[u32; 64]) {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for (&constant, &number) in K.iter().zip(w) {
        let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let choice = (e & f) ^ (!e & g);
        let first = [s1, choice, constant, number].iter().fold(h, |sum, &x| sum.wrapping_add(x));
        let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let majority = (a & b) ^ (a & c) ^ (b & c);
        let second = s0.wrapping_add(majority);
        (h, g, f, e) = (g, f, e, d.wrapping_add(first));
        (d, c, b, a) = (c, b, a, first.wrapping_add(second));
    }
    for (number, addend) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *number = number.wrapping_add(addend);
    }
}
