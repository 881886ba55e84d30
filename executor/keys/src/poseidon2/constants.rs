//! The round constants with the scales of the state folded in.

use slop_algebra::PrimeField32;
use slop_koala_bear::{
    KoalaBear, KoalaBear_BEGIN_EXT_CONSTS, KoalaBear_END_EXT_CONSTS, KoalaBear_PARTIAL_CONSTS,
};

use super::internal::{self, SCALE_BITS};
use super::parameters::{EXTERNAL_ROUNDS, INTERNAL_ROUNDS, WIDTH};
use crate::field::{P, R, R_INVERSE, centred, inverse, multiply, power};

/// What `permute` needs for states of one scale. Constants to add have p taken off: a reduced word
/// plus one is signed.
pub(crate) struct Constants {
    pub(super) external: [[u32; WIDTH]; EXTERNAL_ROUNDS],
    pub(super) internal: internal::Constants,
    /// Brings words from the scale after the permutation to the one before it.
    pub(super) unscale: u32,
    scale_after: u32,
}

impl Constants {
    /// For words in Montgomery form.
    pub(crate) fn new() -> Self {
        Self::of_scale(R)
    }

    /// `count` of them: the first for words in Montgomery form, every other for what comes out of
    /// the one before it.
    pub(crate) fn chain(count: usize) -> Vec<Self> {
        let after = |before: &Self| Some(Self::of_scale(before.scale_after));
        std::iter::successors(Some(Self::new()), after).take(count).collect()
    }

    /// The canonical number for a word that comes out.
    pub(crate) fn canonical(&self, reduced: u32) -> u32 {
        multiply(reduced, inverse(self.scale_after))
    }

    fn of_scale(scale_before: u32) -> Self {
        let mut scale = scale_before;
        let first = KoalaBear_BEGIN_EXT_CONSTS.map(|round| external_round(round, &mut scale));
        let internal = internal::Constants {
            rounds: KoalaBear_PARTIAL_CONSTS.map(|constant| internal_round(constant, &mut scale)),
        };
        let last = KoalaBear_END_EXT_CONSTS.map(|round| external_round(round, &mut scale));
        let mut external = [[0; WIDTH]; EXTERNAL_ROUNDS];
        external[..EXTERNAL_ROUNDS / 2].copy_from_slice(&first);
        external[EXTERNAL_ROUNDS / 2..].copy_from_slice(&last);
        let unscale = multiply(multiply(scale_before, R), inverse(scale));
        Self { external, internal, unscale, scale_after: scale }
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
        s_box: centred(multiply(
            multiply(inverse(power(2, SCALE_BITS.into())), power(R, 3)),
            power(inverse(*scale), 2),
        )),
    };
    *scale = multiply(*scale, 1 << (32 - SCALE_BITS));
    result
}

const _: () = assert!(INTERNAL_ROUNDS == 20 && EXTERNAL_ROUNDS == 8);
