//! The round constants with the scales of the state folded in.

use slop_algebra::PrimeField32;
use slop_koala_bear::{
    KoalaBear, KoalaBear_BEGIN_EXT_CONSTS, KoalaBear_END_EXT_CONSTS, KoalaBear_PARTIAL_CONSTS,
};

use super::internal::{self, SCALE_BITS};
use super::parameters::{EXTERNAL_ROUNDS, INTERNAL_ROUNDS, WIDTH};
use crate::field::{P, R, R_INVERSE, R_SQUARED, inverse, multiply, power};

/// What `permute` needs. Constants to add have p taken off: a reduced word plus one is signed.
pub(crate) struct Constants {
    pub(super) external: [[u32; WIDTH]; EXTERNAL_ROUNDS],
    pub(super) internal: internal::Constants,
    /// Takes off the last scale.
    pub(super) unscale: u32,
}

impl Constants {
    pub(crate) fn new() -> Self {
        // The scale before the first round: words are in Montgomery form.
        let mut scale = R;
        let first = KoalaBear_BEGIN_EXT_CONSTS.map(|round| external_round(round, &mut scale));
        let internal = internal::Constants {
            rounds: KoalaBear_PARTIAL_CONSTS.map(|constant| internal_round(constant, &mut scale)),
            fifteen: internal::fifteen(),
        };
        let last = KoalaBear_END_EXT_CONSTS.map(|round| external_round(round, &mut scale));
        let mut external = [[0; WIDTH]; EXTERNAL_ROUNDS];
        external[..EXTERNAL_ROUNDS / 2].copy_from_slice(&first);
        external[EXTERNAL_ROUNDS / 2..].copy_from_slice(&last);
        Self { external, internal, unscale: multiply(R_SQUARED, inverse(scale)) }
    }
}

fn scaled(constant: KoalaBear, scale: u32) -> u32 {
    multiply(constant.as_canonical_u32(), scale).wrapping_sub(P)
}

/// The constants of a round that begins with `scale`; after it the scale is scale^3 / R^2.
fn external_round(constants: [KoalaBear; WIDTH], scale: &mut u32) -> [u32; WIDTH] {
    let scaled = constants.map(|constant| scaled(constant, *scale));
    *scale = multiply(power(*scale, 3), power(R_INVERSE, 2));
    scaled
}

/// The same for an internal round, after which the scale is 2^(32 - 23) times what it was.
fn internal_round(constant: KoalaBear, scale: &mut u32) -> internal::Round {
    let result = internal::Round {
        constant: scaled(constant, *scale),
        // The three products of the S-box divide by R^3, and its cube holds scale^3.
        s_box: multiply(
            multiply(inverse(power(2, SCALE_BITS.into())), power(R, 3)),
            power(inverse(*scale), 2),
        ),
    };
    *scale = multiply(*scale, 1 << (32 - SCALE_BITS));
    result
}

const _: () = assert!(INTERNAL_ROUNDS == 20 && EXTERNAL_ROUNDS == 8);
