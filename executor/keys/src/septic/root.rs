//! Square roots in the septic field, on lanes.
//!
//! With r = 1 + p + .. + p^6, n has a root if its norm N = n^r has one in F_p, and then
//! n^((r + 1) / 2) / sqrt(N) is a root: its square is n * n^r / N. As p - 1 = 127 * 2^24, N has a
//! root if N^127, in the subgroup of order 2^24, has one there: Tonelli and Shanks (1891, 1973).

use super::field::{self, Frobenius, Septic};
use crate::field::{R, TWO_ADIC_GENERATOR, TWO_ADICITY, inverse, multiply, power};
use crate::lanes::{Lanes, MAX_WIDTH};
use crate::modular;

/// A possible square, with what its root needs.
#[derive(Clone, Copy)]
pub(super) struct Square<W> {
    n: [W; 7],
    norm: W,
    /// norm^127.
    odd_power: W,
}

impl Square<u32> {
    pub(super) const ZERO: Self = Self { n: [0; 7], norm: 0, odd_power: 0 };
}

impl<T: Lanes> Square<T> {
    /// One square per lane.
    #[inline(always)]
    pub(super) fn load(squares: &[Square<u32>; MAX_WIDTH]) -> Self {
        let mut n = [T::splat(0); 7];
        for (index, word) in n.iter_mut().enumerate() {
            *word = T::load(&squares.map(|square| square.n[index]));
        }
        let norm = T::load(&squares.map(|square| square.norm));
        Self { n, norm, odd_power: T::load(&squares.map(|square| square.odd_power)) }
    }

    /// The squares of the lanes.
    #[inline(always)]
    pub(super) fn store(&self) -> [Square<u32>; MAX_WIDTH] {
        let (n, norm) = (field::to_arrays(&self.n), self.norm.to_array());
        let odd_power = self.odd_power.to_array();
        std::array::from_fn(|lane| Square {
            n: n.map(|lanes| lanes[lane]),
            norm: norm[lane],
            odd_power: odd_power[lane],
        })
    }

    /// All ones in the lanes whose n has a root other than zero.
    #[inline(always)]
    pub(super) fn has_root(&self) -> T {
        let mut power = self.odd_power;
        for _ in 1..TWO_ADICITY {
            power = modular::multiply(power, power);
        }
        power.equal(T::splat(R))
    }
}

#[inline(always)]
pub(super) fn square<T: Lanes>(n: &Septic<T>, frobenius: &Frobenius) -> Square<T> {
    let (_, norm) = field::norm(n, frobenius);
    Square { n: *n, norm, odd_power: field::power(norm, 127) }
}

/// A root of each n, where there is one.
#[inline(always)]
pub(super) fn root<T: Lanes>(square: &Square<T>, frobenius: &Frobenius) -> Septic<T> {
    // (r + 1) / 2 = 1 + (p + 1) / 2 * (p + p^3 + p^5), and (p + 1) / 2 = 1 + 2^23 + .. + 2^29.
    let (mut doubling, mut half) = (square.n, square.n);
    for bit in 1..30 {
        doubling = field::product(&doubling, &doubling);
        if bit >= 23 {
            half = field::product(&half, &doubling);
        }
    }
    let p = field::power_p(&half, frobenius);
    let p3 = field::power_p2(&p, frobenius);
    let p5 = field::power_p2(&p3, frobenius);
    let others = field::product(&field::product(&p, &p3), &p5);
    field::scaled(&field::product(&others, &square.n), inverse_root_of_norm(square))
}

/// 1 / sqrt(N) = N^63 / sqrt(N^127).
#[inline(always)]
fn inverse_root_of_norm<T: Lanes>(square: &Square<T>) -> T {
    let one = T::splat(R);
    let generator = inverse(TWO_ADIC_GENERATOR);
    let montgomery = |exponent: u32| multiply(power(generator, 1 << exponent), R);
    // `rest` is divided by the generator's powers until it is one, `root` by their roots.
    let (mut rest, mut root) = (square.odd_power, one);
    for bit in 1..TWO_ADICITY {
        let mut test = rest;
        for _ in bit..TWO_ADICITY - 1 {
            test = modular::multiply(test, test);
        }
        let clear = test.equal(one);
        rest = modular::multiply(rest, select(clear, one, T::splat(montgomery(bit))));
        root = modular::multiply(root, select(clear, one, T::splat(montgomery(bit - 1))));
    }
    modular::multiply(field::power(square.norm, 63), root)
}

/// `yes` where `mask` is all ones, `no` where it is zero.
#[inline(always)]
fn select<T: Lanes>(mask: T, yes: T, no: T) -> T {
    no.add(yes.sub(no).and(mask))
}
