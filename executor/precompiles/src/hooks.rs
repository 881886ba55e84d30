//! The hooks: a guest writes a question to a file descriptor from 15 to 21 and reads the answers
//! from its stdin. Answers are only hints, which the guest checks, but they change what it does.

mod bls12_381;
mod ecdsa;
mod ed25519;
mod prime_field;
mod rsa;

use crate::memory::Fault;

/// Buffers to push in front of the stdin, the first one first.
type Answers = Result<Vec<Vec<u8>>, Fault>;

const TOO_SHORT: Fault = Fault::Refused("the hook's input is too short");

/// The answers to a write to `fd`; None for a descriptor that is no hook. SP1 looks only at the
/// lower 32 bits of the descriptor.
pub fn hook(fd: u64, input: &[u8]) -> Option<Answers> {
    Some(match fd as u32 {
        15 => ecdsa::recover(input),
        16 => ed25519::decompress(input),
        17 => rsa::multiply_modulo(input),
        18 => bls12_381::square_root(input),
        19 => bls12_381::inverse(input),
        20 => prime_field::square_root(input),
        21 => prime_field::inverse(input),
        _ => return None,
    })
}

/// Limbs from 8 `N` bytes, most significant first.
fn limbs_from_be<const N: usize>(bytes: &[u8]) -> [u64; N] {
    let mut limbs = [0; N];
    for (limb, chunk) in limbs.iter_mut().rev().zip(bytes.as_chunks::<8>().0) {
        *limb = u64::from_be_bytes(*chunk);
    }
    limbs
}

/// The limbs' bytes, most significant first.
fn limbs_to_be<const N: usize>(limbs: &[u64; N]) -> Vec<u8> {
    limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect()
}
