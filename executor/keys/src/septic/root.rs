//! Square roots in the septic field, on lanes.
//!
//! With r = 1 + p + .. + p^6, n has a root if its norm N = n^r has one in F_p, and then
//! n^((r + 1) / 2) / sqrt(N) is a root: its square is n * n^r / N. As p - 1 = 127 * 2^24, N has a
//! root if N^127, in the subgroup of order 2^24, has one there: Tonelli and Shanks (1891, 1973).

use super::field::{self, Frobenius, Septic};
use crate::field::{R, TWO_ADIC_GENERATOR, TWO_ADICITY, inverse, multiply};
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
    // (r + 1) / 2 = 1 + (p + 1) / 2 * (p + p^3 + p^5), and (p + 1) / 2 = 1 + 127 * 2^23.
    let half = field::product(&power_127(&squared(square.n, 23)), &square.n);
    let p = field::power_p(&half, frobenius);
    let p3 = field::power_p2(&p, frobenius);
    let p5 = field::power_p2(&p3, frobenius);
    let others = field::product(&field::product(&p, &p3), &p5);
    field::scaled(&field::product(&others, &square.n), inverse_root_of_norm(square))
}

/// n^(2^times).
#[inline(always)]
fn squared<T: Lanes>(mut n: Septic<T>, times: u32) -> Septic<T> {
    for _ in 0..times {
        n = field::square(&n);
    }
    n
}

/// n^127, by n^3, n^7 and n^63.
#[inline(always)]
fn power_127<T: Lanes>(n: &Septic<T>) -> Septic<T> {
    let n3 = field::product(&field::square(n), n);
    let n7 = field::product(&field::square(&n3), n);
    let n63 = field::product(&squared(n7, 3), &n7);
    field::product(&field::square(&n63), n)
}

/// Entry i is g^-(2^i) in Montgomery form, for the generator g of the subgroup of order 2^24.
const INVERSE_POWERS: [u32; TWO_ADICITY as usize] = {
    let mut powers = [inverse(TWO_ADIC_GENERATOR); TWO_ADICITY as usize];
    let mut exponent = 1;
    while exponent < powers.len() {
        powers[exponent] = multiply(powers[exponent - 1], powers[exponent - 1]);
        exponent += 1;
    }
    let mut exponent = 0;
    while exponent < powers.len() {
        powers[exponent] = multiply(powers[exponent], R);
        exponent += 1;
    }
    powers
};

/// Bits of the logarithm that are found from one power of what is left.
const WINDOW: usize = 5;

/// 1 / sqrt(N) = N^63 / sqrt(N^127).
///
/// N^127 is g^e with an even e, and the root sought g^-(e / 2). Bits of e are found from the lowest
/// on, a window at a time: a power of what is left lies in the subgroup of order 2^window.
#[inline(always)]
fn inverse_root_of_norm<T: Lanes>(square: &Square<T>) -> T {
    const BITS: usize = TWO_ADICITY as usize;
    let one = T::splat(R);
    let (mut rest, mut root) = (square.odd_power, one);
    for first in (1..BITS).step_by(WINDOW) {
        let end = BITS.min(first + WINDOW);
        let mut window = rest;
        for _ in end..BITS {
            window = modular::multiply(window, window);
        }
        for bit in first..end {
            let mut test = window;
            for _ in bit + 1..end {
                test = modular::multiply(test, test);
            }
            let clear = test.equal(one);
            let in_window = T::splat(INVERSE_POWERS[BITS - end + bit]);
            let half = T::splat(INVERSE_POWERS[bit - 1]);
            window = modular::multiply(window, select(clear, one, in_window));
            root = modular::multiply(root, select(clear, one, half));
        }
        rest = modular::multiply(square.odd_power, modular::multiply(root, root));
    }
    modular::multiply(field::power(square.norm, 63), root)
}

/// `yes` where `mask` is all ones, `no` where it is zero.
#[inline(always)]
fn select<T: Lanes>(mask: T, yes: T, no: T) -> T {
    no.add(yes.sub(no).and(mask))
}
