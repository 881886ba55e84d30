use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sp1_curves::{BigUint, One};

use super::{multiply, square};

fn big(limbs: &[u64]) -> BigUint {
    BigUint::from_bytes_le(&limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect::<Vec<_>>())
}

/// Numbers around 0, the modulus and 2^256, with runs of zeros and ones, and random ones.
fn numbers(small: u64) -> Vec<[u64; 4]> {
    let mut rng = StdRng::seed_from_u64(small);
    let top = [u64::MAX; 3];
    let low = [0, 1, 2, small - 1, small, small + 1, small << 1, 1 << 63, u64::MAX];
    let mut numbers: Vec<[u64; 4]> = low.map(|limb| [limb, 0, 0, 0]).to_vec();
    numbers.extend(low.map(|limb| [limb.wrapping_neg(), top[0], top[1], top[2]]));
    numbers
        .extend((0..64).map(|bits| std::array::from_fn(|i| ((bits >> i) & 1u64).wrapping_neg())));
    numbers.extend((0..100).map(|_| rng.r#gen::<[u64; 4]>()));
    numbers
}

#[test]
fn products_and_squares_are_those_of_big_integers_and_reduced() {
    for small in [38, (1 << 32) + 977, (1 << 34) - 1] {
        let modulus = (BigUint::one() << 256) - small;
        for a in numbers(small) {
            assert_eq!(big(&square(&a, small)), big(&a) * big(&a) % &modulus, "{small} {a:x?}");
            for b in numbers(small) {
                let expected = big(&a) * big(&b) % &modulus;
                assert_eq!(big(&multiply(&a, &b, small)), expected, "{small} {a:x?} {b:x?}");
            }
        }
    }
}
