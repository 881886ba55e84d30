//! Doublings of one point after the other: a guest that multiplies a point from its scalar's lowest
//! bit on doubles it 256 times, whatever the scalar. What comes next is computed before it is asked
//! for, many with one inversion, and kept: a generator is doubled anew for each signature.

use super::curve::{Base, Secp256k1, check};
use crate::field::Field;
use crate::memory::Fault;
use crate::weierstrass::{Point, double_reduced};

/// A sum of two products has two; a third one would be a precaution, and a fourth is for one that
/// is about to be replaced.
const CHAINS: usize = 4;
/// Then another chain begins. No scalar has as many bits.
const LONGEST: usize = 320;
/// The most doublings with one inversion.
const TOGETHER: usize = 32;

/// Points that were doubled, and their multiples as far as they are known. Results do not depend on
/// it, and it has at most `CHAINS * (LONGEST + TOGETHER)` points.
#[derive(Default)]
pub(super) struct Doublings {
    chains: [Chain; CHAINS],
    /// Doublings so far.
    pub(super) count: u64,
}

#[derive(Default)]
struct Chain {
    /// Each is twice the one before. All are on the curve.
    points: Vec<Point<4>>,
    /// The place of the one that the guest has come to.
    reached: usize,
    /// How often it was doubled from the start.
    started: u32,
    /// The count of doublings at the last one.
    used: u64,
}

impl Doublings {
    /// `2 p`.
    ///
    /// # Errors
    /// `p` is not a point of the curve with reduced coordinates.
    pub(super) fn double(&mut self, p: &Point<4>) -> Result<Point<4>, Fault> {
        self.count += 1;
        let count = self.count;
        let found = self.at(p, |chain| chain.reached).or_else(|| self.start_over(p));
        let chain = match found {
            Some(known) => &mut self.chains[known],
            None => {
                let x_squared = check(p)?;
                let doubled = double_reduced::<4, Secp256k1>(p, &x_squared);
                let chain = self.least_useful();
                chain.points.clear();
                chain.points.extend([*p, doubled]);
                (chain.reached, chain.started) = (0, 1);
                chain
            }
        };
        chain.used = count;
        Ok(chain.advance())
    }

    /// The chain that has come to this point.
    pub(super) fn with(&self, p: &Point<4>) -> Option<usize> {
        self.at(p, |chain| chain.reached)
    }

    /// The chain that is doubled in turn with this one.
    pub(super) fn beside(&self, chain: usize) -> Option<usize> {
        let is_recent = |other: &usize| self.chains[*other].used + 2 > self.count;
        (0..CHAINS).find(|other| *other != chain && is_recent(other))
    }

    /// The point of a chain that is so many doublings ahead, if it is known.
    pub(super) fn ahead(&self, chain: usize, doublings: usize) -> Option<&Point<4>> {
        let chain = &self.chains[chain];
        chain.points.get(chain.reached + doublings)
    }

    #[cfg(test)]
    pub(super) fn known_points(&self) -> usize {
        self.chains.iter().map(|chain| chain.points.len()).sum()
    }

    fn at(&self, p: &Point<4>, place: impl Fn(&Chain) -> usize) -> Option<usize> {
        self.chains.iter().position(|chain| chain.points.get(place(chain)) == Some(p))
    }

    fn start_over(&mut self, p: &Point<4>) -> Option<usize> {
        let found = self.at(p, |_| 0)?;
        self.chains[found].reached = 0;
        self.chains[found].started += 1;
        Some(found)
    }

    /// One that was started once, before those that were started again; of these the oldest.
    fn least_useful(&mut self) -> &mut Chain {
        let rank = |chain: &Chain| (chain.started > 1, chain.used);
        let order = |a: &usize, b: &usize| rank(&self.chains[*a]).cmp(&rank(&self.chains[*b]));
        let least = (0..CHAINS).min_by(order).unwrap_or(0);
        &mut self.chains[least]
    }
}

impl Chain {
    /// Go one point further.
    fn advance(&mut self) -> Point<4> {
        let from = self.points[self.reached];
        if self.reached + 1 == self.points.len() {
            if self.points.len() >= LONGEST {
                self.points = vec![from];
                (self.reached, self.started) = (0, 1);
            }
            // As many as half of those that there are: most chains are short, or as long as scalars.
            let more = (self.points.len() / 2).clamp(1, TOGETHER);
            multiply_by_powers_of_two(&from, more, &mut self.points);
        }
        self.reached += 1;
        self.points[self.reached]
    }
}

/// Append `2 p`, `4 p` and so on, for a point of the curve.
fn multiply_by_powers_of_two(p: &Point<4>, count: usize, points: &mut Vec<Point<4>>) {
    if count == 1 {
        return points.push(double_reduced::<4, Secp256k1>(p, &Base::square(&p[0])));
    }
    // In Jacobian coordinates, x = X / Z^2 and y = Y / Z^3. A doubling multiplies Z by 2 Y, which is
    // never 0: this curve has no point of order two.
    let first = points.len();
    let mut factors = [[0; 4]; TOGETHER];
    let [mut x, mut y] = *p;
    let mut z = [1, 0, 0, 0];
    for factor in &mut factors[..count] {
        *factor = Base::add(&y, &y);
        z = Base::multiply(&z, factor);
        [x, y] = double_jacobian(&x, &y);
        points.push([x, y]);
    }
    let mut inverse = Base::invert(&z);
    for (point, factor) in points[first..].iter_mut().zip(&factors[..count]).rev() {
        let square = Base::square(&inverse);
        let [x, y] = *point;
        *point =
            [Base::multiply(&x, &square), Base::multiply(&y, &Base::multiply(&square, &inverse))];
        inverse = Base::multiply(&inverse, factor);
    }
}

/// X and Y of the double, whose Z is 2 Y Z.
fn double_jacobian(x: &[u64; 4], y: &[u64; 4]) -> Point<4> {
    let twice = |a: &[u64; 4]| Base::add(a, a);
    let y_squared = Base::square(y);
    let middle = twice(&twice(&Base::multiply(x, &y_squared)));
    let x_squared = Base::square(x);
    let slope = Base::add(&twice(&x_squared), &x_squared);
    let next_x = Base::subtract(&Base::square(&slope), &twice(&middle));
    let fourth = twice(&twice(&twice(&Base::square(&y_squared))));
    let fall = Base::multiply(&slope, &Base::subtract(&middle, &next_x));
    [next_x, Base::subtract(&fall, &fourth)]
}
