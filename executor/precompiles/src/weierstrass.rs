//! Sums of affine points on y^2 = x^3 + A x + B, by the formulas of SP1 and with their results also
//! for points that are on no curve.

use sp1_curves::BigUint;

use crate::field::Field;
use crate::limbs;
use crate::memory::{Fault, GuestMemory, check_aligned, read_pair};

/// x and y.
pub(crate) type Point<const N: usize> = [[u64; N]; 2];

/// A curve over the field `Base`; the formulas do not use B.
pub(crate) trait Curve<const N: usize> {
    type Base: Field<N>;
    const A: [u64; N];

    /// `p + q` as SP1's executor adds them.
    fn add(p: &Point<N>, q: &Point<N>) -> Result<Point<N>, Fault> {
        if p == q {
            return Err(Fault::Refused("the two points of an addition are equal"));
        }
        if is_reduced::<N, Self>(p) && is_reduced::<N, Self>(q) {
            return Ok(add_reduced::<N, Self>(p, q));
        }
        unreduced(p, q, &Self::Base::MODULUS, add_slope::<N, Self>(p, q))
    }

    /// `2 p` as SP1's executor doubles it.
    fn double(p: &Point<N>) -> Result<Point<N>, Fault> {
        if is_reduced::<N, Self>(p) {
            return Ok(double_reduced::<N, Self>(p, &Self::Base::square(&p[0])));
        }
        let [x, y] = p.map(|number| limbs::reduce(number, &Self::Base::MODULUS));
        let slope = double_slope::<N, Self>(&Self::Base::square(&x), &y);
        unreduced(p, p, &Self::Base::MODULUS, Ok(slope))
    }
}

/// The call that adds the point at `a1` to the one at `a0`.
pub(crate) fn add_call<const N: usize, C: Curve<N>>(
    memory: &mut dyn GuestMemory,
    a0: u64,
    a1: u64,
) -> Result<(), Fault> {
    check_aligned(&[a0, a1])?;
    let p = read_pair(memory, a0)?;
    let q = read_pair(memory, a1)?;
    memory.write_words(a0, C::add(&p, &q)?.as_flattened())
}

/// The call that doubles the point at `a0`.
pub(crate) fn double_call<const N: usize, C: Curve<N>>(
    memory: &mut dyn GuestMemory,
    a0: u64,
) -> Result<(), Fault> {
    check_aligned(&[a0])?;
    let p = read_pair(memory, a0)?;
    memory.write_words(a0, C::double(&p)?.as_flattened())
}

/// Whether both coordinates are below the prime.
pub(crate) fn is_reduced<const N: usize, C: Curve<N> + ?Sized>(p: &Point<N>) -> bool {
    C::Base::is_reduced(&p[0]) && C::Base::is_reduced(&p[1])
}

/// The sum of points with reduced coordinates. For equal x the slope is 0.
pub(crate) fn add_reduced<const N: usize, C: Curve<N> + ?Sized>(
    p: &Point<N>,
    q: &Point<N>,
) -> Point<N> {
    let run = C::Base::subtract(&q[0], &p[0]);
    let rise = C::Base::subtract(&q[1], &p[1]);
    let slope = C::Base::product(&rise, &C::Base::invert(&run));
    third_point::<N, C>(p, &q[0], &slope)
}

/// Twice a point with reduced coordinates, given x^2. For y = 0 the slope is 0.
pub(crate) fn double_reduced<const N: usize, C: Curve<N> + ?Sized>(
    p: &Point<N>,
    x_squared: &[u64; N],
) -> Point<N> {
    third_point::<N, C>(p, &p[0], &double_slope::<N, C>(x_squared, &p[1]))
}

/// (3 x^2 + A) / (2 y).
fn double_slope<const N: usize, C: Curve<N> + ?Sized>(
    x_squared: &[u64; N],
    y: &[u64; N],
) -> [u64; N] {
    let three_squares = C::Base::add(&C::Base::add(x_squared, x_squared), x_squared);
    let rise = C::Base::add(&three_squares, &C::A);
    let run = C::Base::add(y, y);
    C::Base::product(&rise, &C::Base::invert(&run))
}

/// Where the line through `p` with this slope meets the curve after `p` and `other_x`, mirrored.
#[inline(always)]
fn third_point<const N: usize, C: Curve<N> + ?Sized>(
    p: &Point<N>,
    other_x: &[u64; N],
    slope: &[u64; N],
) -> Point<N> {
    let entered = C::Base::enter(slope);
    let square = C::Base::multiply(&entered, slope);
    let x = C::Base::subtract(&C::Base::subtract(&square, &p[0]), other_x);
    let fall = C::Base::multiply(&entered, &C::Base::subtract(&p[0], &x));
    [x, C::Base::subtract(&fall, &p[1])]
}

/// The slope of an addition with unreduced coordinates. SP1 adds the prime once before it
/// subtracts natural numbers, and panics where that does not suffice.
fn add_slope<const N: usize, C: Curve<N> + ?Sized>(
    p: &Point<N>,
    q: &Point<N>,
) -> Result<[u64; N], Fault> {
    let modulus = &C::Base::MODULUS;
    for axis in 0..2 {
        let (sum, carry) = limbs::add(modulus, &q[axis]);
        if !carry && limbs::less(&sum, &p[axis]) {
            return Err(NEGATIVE);
        }
    }
    let [p, q] = [p, q].map(|point| point.map(|number| limbs::reduce(number, modulus)));
    let run = C::Base::subtract(&q[0], &p[0]);
    let rise = C::Base::subtract(&q[1], &p[1]);
    Ok(C::Base::product(&rise, &C::Base::invert(&run)))
}

const NEGATIVE: Fault = Fault::Refused("a coordinate is too far above the field's prime");

/// `third_point` for unreduced coordinates, with the natural numbers that SP1 computes.
fn unreduced<const N: usize>(
    p: &Point<N>,
    q: &Point<N>,
    modulus: &[u64; N],
    slope: Result<[u64; N], Fault>,
) -> Result<Point<N>, Fault> {
    let [x1, y1, x2, prime, slope] = [&p[0], &p[1], &q[0], modulus, &slope?].map(big);
    let square = &slope * &slope + &prime + &prime;
    let both = &x1 + &x2;
    if square < both {
        return Err(NEGATIVE);
    }
    let x = (square - both) % &prime;
    let fall = &slope * (&prime + x1 - &x) + &prime;
    if fall < y1 {
        return Err(NEGATIVE);
    }
    let y = (fall - y1) % &prime;
    Ok([x, y].map(|number| from_big(&number)))
}

fn big<const N: usize>(number: &[u64; N]) -> BigUint {
    let bytes: Vec<u8> = number.iter().flat_map(|limb| limb.to_le_bytes()).collect();
    BigUint::from_bytes_le(&bytes)
}

/// `number` in `N` limbs, which must suffice.
fn from_big<const N: usize>(number: &BigUint) -> [u64; N] {
    let mut limbs = [0; N];
    for (limb, digit) in limbs.iter_mut().zip(number.iter_u64_digits()) {
        *limb = digit;
    }
    limbs
}
