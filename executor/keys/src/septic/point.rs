//! Single points, by SP1's own arithmetic: the complete addition law and the starting point.

use slop_algebra::{AbstractField, PrimeField32};
use sp1_hypercube::septic_curve::{SepticCurve, SepticCurveComplete};
use sp1_hypercube::septic_digest::SepticDigest;
use sp1_hypercube::septic_extension::SepticExtension;
use sp1_primitives::SP1Field;

use crate::field::{R, R_INVERSE, multiply};

/// An affine point: x, then y, in Montgomery form.
pub(super) type Point = [u32; 14];

type Complete = SepticCurveComplete<SP1Field>;

/// The sum of `points`, also of equal or opposite ones; None is the point at infinity.
pub(super) fn complete_sum(points: &[Point]) -> Option<Point> {
    let sum = points.iter().map(from_words).fold(Complete::Infinity, |sum, point| sum + point);
    match sum {
        Complete::Infinity => None,
        Complete::Affine(point) => Some(to_words(&point).map(|word| multiply(word, R))),
    }
}

/// The sum of `points` and SP1's starting point, canonical.
pub(super) fn final_sum(points: &[Point]) -> [u32; 14] {
    let start = Complete::Affine(SepticDigest::zero().0);
    to_words(&points.iter().map(from_words).fold(start, |sum, point| sum + point).point())
}

fn from_words(words: &Point) -> Complete {
    let part = |words: &[u32]| {
        let word = |index| SP1Field::from_canonical_u32(multiply(words[index], R_INVERSE));
        SepticExtension(std::array::from_fn(word))
    };
    Complete::Affine(SepticCurve { x: part(&words[..7]), y: part(&words[7..]) })
}

fn to_words(point: &SepticCurve<SP1Field>) -> [u32; 14] {
    let coordinate = |index: usize| if index < 7 { point.x.0[index] } else { point.y.0[index - 7] };
    std::array::from_fn(|index| coordinate(index).as_canonical_u32())
}
