use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sp1_curves::BigUint;

use super::remainder;

fn big(limbs: &[u64]) -> BigUint {
    BigUint::from_bytes_le(&limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect::<Vec<_>>())
}

/// Limbs that provoke estimates which are too large.
fn limb(rng: &mut StdRng) -> u64 {
    match rng.gen_range(0..6) {
        0 => 0,
        1 => u64::MAX,
        2 => 1 << 63,
        3 => (1 << 63) - 1,
        4 => 1,
        _ => rng.r#gen(),
    }
}

#[test]
fn remainder_is_that_of_big_integers() {
    let mut rng = StdRng::seed_from_u64(1);
    for round in 0..20_000 {
        let number: [u64; 8] = std::array::from_fn(|_| limb(&mut rng));
        let mut divisor: [u64; 4] = std::array::from_fn(|_| limb(&mut rng));
        divisor[1 + round % 4..].fill(0);
        divisor[round % 4] |= 1;
        let expected = big(&number) % big(&divisor);
        assert_eq!(big(&remainder(&number, &divisor)), expected, "{number:x?} {divisor:x?}");
    }
}

#[test]
fn digit_that_is_two_too_large_is_put_right() {
    // Knuth's case: 2^63 and a half in the divisor, so that the estimate overshoots twice.
    let divisor = [u64::MAX, 0, 1 << 63, 0];
    let number = [0, 0, 0, (1 << 63) - 1, 0, 1 << 62, 0, 0];
    assert_eq!(big(&remainder(&number, &divisor)), big(&number) % big(&divisor));
    let number = [3, 0, 1 << 63, 0, 0, 0, 0, 0];
    assert_eq!(remainder(&number, &[3, 0, 1 << 63, 0]), [0; 4]);
}
