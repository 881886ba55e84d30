//! The hooks: a guest writes a question to a file descriptor from 15 to 21 and reads the answers
//! from its stdin. Answers are only hints, which the guest checks, but they change what it does.

mod answers;
mod bls12_381;
mod ecdsa;
mod ed25519;
mod prime_field;
mod rsa;

use answers::Answers;

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
