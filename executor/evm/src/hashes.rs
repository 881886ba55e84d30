//! Keccak-256 of many strings: where most of the time goes that a witness takes.

#[cfg(target_arch = "x86_64")]
mod lanes;

use alloy_primitives::{B256, keccak256};

/// The hash of each string, in order.
pub(crate) fn keccak_all(strings: &[&[u8]]) -> Vec<B256> {
    #[cfg(target_arch = "x86_64")]
    if strings.len() > 1
        && let Some(hashes) = lanes::keccak_all(strings)
    {
        return hashes;
    }
    strings.iter().map(keccak256).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_one_string_at_a_time() {
        let data: Vec<u8> = (0..5000_u32).map(|index| (index * 7 % 251) as u8).collect();
        let lengths = (0..700).chain([1000, 2999, 4096, 5000, 136, 135, 137, 0]);
        let all: Vec<&[u8]> = lengths.map(|length| &data[..length]).collect();
        for strings in [&all[..], &all[..1], &all[..2], &all[3..6], &all[1..5], &all[..0]] {
            let expected: Vec<B256> = strings.iter().map(keccak256).collect();
            assert_eq!(keccak_all(strings), expected);
        }
    }
}
