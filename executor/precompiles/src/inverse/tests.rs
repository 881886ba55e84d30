use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::steps::{BATCH, Row, highest_bits, steps};
use super::{Inverter, difference, divide};

#[test]
fn inverses_modulo_a_small_prime_are_all_right() {
    let inverter = Inverter::new([251, 0]);
    assert_eq!(inverter.invert(&[0, 0]), [0, 0]);
    for value in 1..251 {
        let [inverse, high] = inverter.invert(&[value, 0]);
        assert_eq!((value * inverse % 251, high), (1, 0), "{value}");
    }
}

#[test]
fn highest_bits_of_short_numbers_are_those_of_a_limb() {
    assert_eq!(highest_bits(&[10, 0, 0], &[u64::MAX, 0, 0]), [5, u64::MAX >> 1]);
}

#[test]
fn highest_bits_begin_at_the_longer_number_s_top() {
    let bits = highest_bits(&[7, (1 << 63) | 1, 1, 0], &[3, u64::MAX, 0, 0]);
    assert_eq!(bits, [0b11 << 61, u64::MAX >> 2]);
}

#[test]
fn division_moves_bits_across_limbs_and_from_the_top() {
    assert_eq!(divide([3 << 62, 0b101], u64::MAX), ([0b10111, u64::MAX << 2], 3));
}

/// Pairs of words that try the order, the parity and the length of the steps.
fn words() -> Vec<[u64; 2]> {
    let mut rng = StdRng::seed_from_u64(62);
    let odd = u64::MAX;
    let mut words = vec![[0, 1], [0, odd], [1, odd], [odd, 1], [odd - 1, odd], [odd, odd]];
    words.extend((1..64).flat_map(|shift| [[1 << shift, 1], [1 << shift, odd], [odd << shift, 3]]));
    words.extend((0..1000).map(|_| [rng.r#gen(), rng.r#gen::<u64>() | 1]));
    words
}

#[test]
fn rows_stay_in_bounds_and_divide_exactly_for_any_guess_of_the_order() {
    let most = u64::MAX >> 1;
    let tops = [[0, 0], [0, 1], [1, 0], [most, most], [most, 1], [1, most]];
    for [a, b] in words() {
        for tops in tops.into_iter().chain([[a >> 1, b >> 1]]) {
            let (row_a, row_b) = steps([a, b], tops);
            for (Row { own, other }, a, b) in [(row_a, a, b), (row_b, b, a)] {
                assert!(u128::from(own) + u128::from(other) <= 1 << BATCH, "{a} {b} {tops:?}");
                let rest = own.wrapping_mul(a).wrapping_sub(other.wrapping_mul(b));
                assert_eq!(rest % (1 << BATCH), 0, "{a} {b} {tops:?}: {own} {other}");
            }
        }
    }
}

fn length<const N: usize>(number: &[u64; N]) -> u32 {
    let top = number.iter().rposition(|&limb| limb != 0);
    top.map_or(0, |top| 64 * (top as u32 + 1) - number[top].leading_zeros())
}

/// Numbers that agree in their highest bits are the worst case: no step can order them.
#[test]
fn a_batch_takes_its_halvings_off_the_numbers_also_if_they_differ_only_low() {
    let mut rng = StdRng::seed_from_u64(4);
    for round in 0..20_000 {
        let mut a: [u64; 4] = rng.r#gen();
        let mut b: [u64; 4] = rng.r#gen();
        let equal = round % 4;
        b[4 - equal..].copy_from_slice(&a[4 - equal..]);
        let (short_a, short_b) = (round / 4 % 4, round / 16 % 4);
        a[4 - short_a..].fill(0);
        b[4 - short_b..].fill(0);
        b[0] |= 1;
        let (row_a, row_b) = steps([a[0], b[0]], highest_bits(&a, &b));
        let (next_a, _) = difference(&a, &b, row_a);
        let (next_b, _) = difference(&b, &a, row_b);
        let before = length(&a) + length(&b);
        let after = length(&next_a) + length(&next_b);
        assert!(next_a == [0; 4] || after + BATCH <= before + 2, "{a:x?} {b:x?}");
        assert_eq!(next_b[0] & 1, 1);
    }
}
