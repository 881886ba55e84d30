use super::{BATCH, Inverter, ends, steps};

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
fn ends_of_short_numbers_are_the_numbers() {
    assert_eq!(ends(&[5, 0, 0], &[u64::MAX, 0, 0]), (5, u64::MAX));
}

#[test]
fn ends_have_the_lowest_bits_and_those_from_the_longer_number_s_top() {
    let (a, b) = ends(&[0x7fff_fffe, 1 << 63, 1, 0], &[3, u64::MAX, 0, 0]);
    // From bit 128 on: 1 and 32 of the bits below; both keep their lowest 31.
    assert_eq!(a, (0b11 << 62) | 0x7fff_fffe);
    assert_eq!(b, (0xffff_ffff << 31) | 3);
}

#[test]
fn rows_stay_in_bounds_for_extreme_words() {
    for (a, b) in [(0, 1), (1 << 31, 1), (1, u64::MAX), (u64::MAX, 1), (u64::MAX - 1, u64::MAX)] {
        for (f, g) in steps(a, b) {
            assert!(f.abs() + g.abs() <= 1 << BATCH, "{a} {b}: {f} {g}");
            let sum = i128::from(f) * i128::from(a) + i128::from(g) * i128::from(b);
            assert_eq!(sum % (1 << BATCH), 0, "{a} {b}: {f} {g}");
        }
    }
}
