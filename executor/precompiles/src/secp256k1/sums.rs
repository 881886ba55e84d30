//! Sums with points that are doubled meanwhile: a guest that adds up two products adds, for each bit
//! of two scalars, the multiple of a point that it has come to, or does not. The addend after the
//! next one is mostly one of two, which are known: so two inverses are computed together with the
//! one that is needed, by one inversion.

use super::curve::{Base, Secp256k1, check};
use super::doublings::Doublings;
use crate::field::Field;
use crate::memory::Fault;
use crate::rule::Rule;
use crate::weierstrass::{Point, third_point};

/// Inverses that are computed at once, for the sum and for the next one.
const TOGETHER: usize = 3;

/// What the last sum was, and what may be added to it. Results do not depend on it.
#[derive(Default)]
pub(super) struct Sums {
    last: Option<Point<4>>,
    /// Points, each with 1 / (its x - the last sum's x).
    foreseen: Vec<(Point<4>, [u64; 4])>,
    /// The chain of the last addend, and the doublings until then.
    before: Option<(usize, u64)>,
    /// The chain whose point is added before the other one's.
    first: Option<usize>,
}

impl Sums {
    /// `p + q`.
    ///
    /// # Errors
    /// One of them is not a point of the curve with reduced coordinates, or they have the same x.
    pub(super) fn add(
        &mut self,
        p: &Point<4>,
        q: &Point<4>,
        doublings: &Doublings,
    ) -> Result<Point<4>, Fault> {
        let continues = self.last.as_ref() == Some(p);
        if !continues {
            check(p)?;
            self.foreseen.clear();
        }
        let chain = doublings.with(q);
        let known = self.foreseen.iter().find(|(addend, _)| addend == q).map(|known| known.1);
        if known.is_none() && chain.is_none() {
            check(q)?;
        }
        self.note_order(chain, doublings.count);
        let inverse = match known {
            Some(inverse) => {
                self.foreseen.clear();
                inverse
            }
            None if p[0] == q[0] => return Err(Rule::EqualX.into()),
            None => {
                let likely = chain.map(|chain| self.likely(chain, doublings)).unwrap_or_default();
                self.invert(p, q, likely)
            }
        };
        let slope = Base::multiply(&Base::subtract(&q[1], &p[1]), &inverse);
        let sum = third_point::<4, Secp256k1>(p, &q[0], &slope);
        self.last = Some(sum);
        Ok(sum)
    }

    /// See which of two chains is first.
    fn note_order(&mut self, chain: Option<usize>, count: u64) {
        let before = self.before.take();
        self.before = chain.map(|chain| (chain, count));
        if let (Some((before, then)), Some(chain)) = (before, chain)
            && before != chain
            && then == count
        {
            self.first = Some(before);
        }
    }

    /// The addends that are likely after the one that this chain has come to.
    fn likely<'a>(&self, chain: usize, doublings: &'a Doublings) -> [Option<&'a Point<4>>; 2] {
        let wait = usize::from(self.first != Some(chain));
        let beside = doublings.beside(chain).and_then(|other| doublings.ahead(other, wait));
        [beside, doublings.ahead(chain, 1)]
    }

    /// `1 / (q's x - p's x)`; and that of the sum and each likely addend, which is kept.
    fn invert(
        &mut self,
        p: &Point<4>,
        q: &Point<4>,
        likely: [Option<&Point<4>>; TOGETHER - 1],
    ) -> [u64; 4] {
        self.foreseen.clear();
        let run = Base::subtract(&q[0], &p[0]);
        if likely == [None; 2] {
            return Base::invert(&run);
        }
        // The sum's x, times the square of the run; and so the other runs.
        let rise = Base::subtract(&q[1], &p[1]);
        let run_squared = Base::square(&run);
        let both = Base::multiply(&Base::add(&p[0], &q[0]), &run_squared);
        let x = Base::subtract(&Base::square(&rise), &both);
        let scaled =
            |addend: &Point<4>| Base::subtract(&Base::multiply(&addend[0], &run_squared), &x);
        let mut products = [run; TOGETHER];
        let mut runs = [run; TOGETHER];
        let mut count = 1;
        for addend in likely.into_iter().flatten() {
            let run = scaled(addend);
            if run != [0; 4] {
                runs[count] = run;
                products[count] = Base::multiply(&products[count - 1], &run);
                self.foreseen.push((*addend, [0; 4]));
                count += 1;
            }
        }
        // From the inverse of the product of all, one after the other.
        let mut inverse = Base::invert(&products[count - 1]);
        for at in (1..count).rev() {
            let of_this = Base::multiply(&inverse, &products[at - 1]);
            self.foreseen[at - 1].1 = Base::multiply(&of_this, &run_squared);
            inverse = Base::multiply(&inverse, &runs[at]);
        }
        inverse
    }
}
