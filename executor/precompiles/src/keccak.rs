//! KECCAK_PERMUTE: Keccak-f[1600] (FIPS 202, section 3).

use crate::arguments::Arguments;
use crate::memory::{Fault, GuestMemory, read};

const ROUND_CONSTANTS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];

/// Where the lane goes that pi puts on place `[y][x]`: its index `x + 5 y` before, and its rotation.
const PI: [[(usize, u32); 5]; 5] = [
    [(0, 0), (6, 44), (12, 43), (18, 21), (24, 14)],
    [(3, 28), (9, 20), (10, 3), (16, 45), (22, 61)],
    [(1, 1), (7, 6), (13, 25), (19, 8), (20, 18)],
    [(4, 27), (5, 36), (11, 10), (17, 15), (23, 56)],
    [(2, 62), (8, 55), (14, 39), (15, 41), (21, 2)],
];

/// Permute the 25 lanes at `a0`.
pub(crate) fn permute(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    if arguments.a1 != 0 {
        return Err(Fault::Refused("KECCAK_PERMUTE takes 0 as its second argument"));
    }
    let mut lanes = read(memory, arguments.a0)?;
    // Two at a time: then the lanes need not be copied back.
    for [even, odd] in ROUND_CONSTANTS.as_chunks().0 {
        lanes = round(&round(&lanes, *even), *odd);
    }
    memory.write_words(arguments.a0, &lanes)
}

/// Theta, rho, pi, chi and iota.
#[inline(always)]
fn round(lanes: &[u64; 25], constant: u64) -> [u64; 25] {
    let parity: [u64; 5] = std::array::from_fn(|x| {
        lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]
    });
    let theta: [u64; 5] =
        std::array::from_fn(|x| parity[(x + 4) % 5] ^ parity[(x + 1) % 5].rotate_left(1));
    let mut result = [0; 25];
    for (y, sources) in PI.iter().enumerate() {
        let plane = sources.map(|(from, by)| (lanes[from] ^ theta[from % 5]).rotate_left(by));
        for x in 0..5 {
            result[5 * y + x] = plane[x] ^ (!plane[(x + 1) % 5] & plane[(x + 2) % 5]);
        }
    }
    result[0] ^= constant;
    result
}

#[cfg(test)]
mod tests;
