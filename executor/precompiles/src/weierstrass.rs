//! Sums of affine points on y^2 = x^3 + A x + B, by the formulas of SP1, which do not ask whether a
//! point is on the curve.

use crate::arguments::Arguments;
use crate::field::Field;
use crate::limbs::is_zero;
use crate::memory::{Fault, GuestMemory, check_aligned, no_second_argument, read_pair};
use crate::rule::Rule;

/// x and y.
pub(crate) type Point<const N: usize> = [[u64; N]; 2];

/// A curve over the field `Base`; the formulas do not use B.
pub(crate) trait Curve<const N: usize> {
    type Base: Field<N>;
    const A: [u64; N];

    /// `p + q`, for points that SP1's circuit adds.
    fn add(p: &Point<N>, q: &Point<N>) -> Result<Point<N>, Fault> {
        check_reduced::<N, Self>(p)?;
        check_reduced::<N, Self>(q)?;
        if p[0] == q[0] {
            return Err(Rule::EqualX.into());
        }
        Ok(add_reduced::<N, Self>(p, q))
    }

    /// `2 p`, for a point that SP1's circuit doubles.
    fn double(p: &Point<N>) -> Result<Point<N>, Fault> {
        check_reduced::<N, Self>(p)?;
        if is_zero(&p[1]) {
            return Err(Rule::ZeroY.into());
        }
        Ok(double_reduced::<N, Self>(p, &Self::Base::square(&p[0])))
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
    arguments: &Arguments,
) -> Result<(), Fault> {
    let a0 = arguments.a0;
    check_aligned(&[a0])?;
    no_second_argument(arguments.a1)?;
    let p = read_pair(memory, a0)?;
    memory.write_words(a0, C::double(&p)?.as_flattened())
}

/// Some numbers above the prime pass the circuit, and some do not; no library makes any.
pub(crate) fn check_reduced<const N: usize, C: Curve<N> + ?Sized>(
    p: &Point<N>,
) -> Result<(), Fault> {
    if C::Base::is_reduced(&p[0]) && C::Base::is_reduced(&p[1]) {
        return Ok(());
    }
    Err(Rule::Unreduced.into())
}

/// The sum of points with reduced coordinates and different x.
pub(crate) fn add_reduced<const N: usize, C: Curve<N> + ?Sized>(
    p: &Point<N>,
    q: &Point<N>,
) -> Point<N> {
    let run = C::Base::subtract(&q[0], &p[0]);
    let rise = C::Base::subtract(&q[1], &p[1]);
    let slope = C::Base::product(&rise, &C::Base::invert(&run));
    third_point::<N, C>(p, &q[0], &slope)
}

/// Twice a point with reduced coordinates and y other than 0, given x^2.
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
pub(crate) fn third_point<const N: usize, C: Curve<N> + ?Sized>(
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
