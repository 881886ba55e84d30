//! What calls cost SP1's executors, which make them by big integers of any length where ours does not:
//! up to a hundred times what they cost here. In cycles' time of the portable one, in round numbers.
//!
//! Both of SP1's engines make them by the same code. `examples/compare.rs` times most of them.

/// Of a precompile by its number; 0 for what is none.
pub fn precompile_cost(number: u64) -> u64 {
    match number as u32 {
        // The inverse of each slope's divisor, by Euclid's algorithm.
        0x0001_010e | 0x10f => 8_500,
        0x0001_011e | 0x11f => 16_500,
        0x0001_012c | 0x12d => 8_000,
        0x0001_0107 => 1_800,
        0x108 => 7_500,
        0x0001_010a | 0x10b => 350,
        0x0001_0120..=0x0001_012b => 250,
        number if crate::precompile(number.into()).is_some() => 150,
        _ => 0,
    }
}

/// Of a hook by its descriptor and input; 0 for what is none.
pub fn hook_cost(fd: u64, input: &[u8]) -> u64 {
    match fd as u32 {
        15 => 2_500,
        16 => 8_500,
        17 => 800,
        18 => 7_000,
        19 => power_cost(48),
        // A root of the element, or else of its product with the number that is no square; where
        // the modulus is not 3 modulo 4 each takes several powers.
        20 => match input.get(3 + 2 * length(input, 3)) {
            Some(last) if last % 4 == 3 => 2 * power_cost(length(input, 3)),
            _ => 6 * power_cost(length(input, 3)),
        },
        21 => power_cost(length(input, 2)),
        _ => 0,
    }
}

/// Bytes of each of so many numbers behind a length of four bytes.
fn length(input: &[u8], numbers: usize) -> usize {
    input.len().saturating_sub(4) / numbers
}

/// Of a power modulo a number of so many bytes, to an exponent as long.
fn power_cost(bytes: usize) -> u64 {
    (bytes as u64).saturating_pow(3) / 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name;

    fn question(numbers: &[&[u8]]) -> Vec<u8> {
        let length = (numbers[0].len() as u32).to_be_bytes();
        [&length[..], &numbers.concat()].concat()
    }

    #[test]
    fn every_precompile_costs_something_and_nothing_else_does() {
        for number in (0..0x200).flat_map(|low| [low, low | 0x0001_0000, low | 0x0030_0000]) {
            let known = crate::precompile(number).is_some();
            assert_eq!(precompile_cost(number) > 0, known, "{:?}", name(number));
        }
        assert_eq!(precompile_cost(1 << 32 | 0x10f), precompile_cost(0x10f));
    }

    #[test]
    fn every_hook_costs_something_and_nothing_else_does() {
        for fd in 0..32 {
            let input = question(&[&[5; 32], &[7; 32], &[3; 32]]);
            assert_eq!(hook_cost(fd, &input) > 0, crate::hook(fd, &[]).is_some(), "{fd}");
        }
    }

    #[test]
    fn long_numbers_cost_by_the_cube_of_their_length() {
        let cost = |bytes: usize| hook_cost(21, &question(&[&vec![1; bytes], &vec![7; bytes]]));
        assert_eq!((cost(32), cost(64), cost(512)), (4096, 8 * 4096, 4096 * 4096));
        assert_eq!(hook_cost(21, &[]), 0);
    }

    #[test]
    fn roots_cost_more_where_they_take_more_powers() {
        let cost =
            |last| hook_cost(20, &question(&[&[5], &[last], &[3]].map(|x: &[u8; 1]| &x[..])));
        let of_32 = |last| {
            let modulus = [[1; 31].as_slice(), &[last]].concat();
            hook_cost(20, &question(&[&[5; 32], &modulus, &[3; 32]]))
        };
        assert_eq!((of_32(7), of_32(5)), (2 * 4096, 6 * 4096));
        assert_eq!(cost(7), 0);
        assert_eq!(hook_cost(20, &[]), 0);
    }
}
