//! The internal rounds: one S-box each, then (J + diag(-2, 1, 2, 4, .., 2^13, 2^15)) / 2^23.
//!
//! As 2^24 - 2^31 = 1 mod p, a word u times 2^k / 2^23 takes no multiplication. With j = 23 - k and
//! u = high * 2^j + low it is `high + low * 2^(24 - j) - low * 2^(31 - j)`, which is
//! `high + b - 128 * b` for b = low * 2^(24 - j).
//!
//! Words 1 to 15 are unsigned below 2^32 here, not reduced: with `base` = p + a reduced number,
//! `base + high + b - 128 * b` is more than p - 127/128 * 2^31 > 0, and at most 2 * p + 2^24 < 2^32.

use super::parameters::{INTERNAL_ROUNDS, State};
use crate::field::{P, R, centred, inverse, multiply, power};
use crate::lanes::Lanes;
use crate::modular::{add, product_even, product_splat, reduce, sub};

/// A round divides by two to this power.
pub(super) const SCALE_BITS: u32 = 23;
/// log2 of the diagonal from word 1 on.
const DIAGONAL: [u32; 15] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15];

pub(super) struct Constants {
    pub rounds: [Round; INTERNAL_ROUNDS],
    /// 15 / 2^23 in Montgomery form, centred.
    pub fifteen: u32,
}

pub(super) struct Round {
    /// To be added to word 0: signed.
    pub constant: u32,
    /// Brings the cube to the scale of the round's end.
    pub s_box: u32,
}

pub(super) fn fifteen() -> u32 {
    centred(multiply(multiply(15, inverse(power(2, SCALE_BITS.into()))), R))
}

/// All internal rounds, signed to signed.
#[inline(always)]
pub(super) fn rounds<T: Lanes>(state: &mut State<T>, constants: &Constants) {
    let mut first = reduce(state[0]);
    let mut total = T::splat(0);
    for word in &mut state[1..] {
        *word = reduce(*word);
        total = add(total, *word);
    }
    // The sum of words 1 to 15, divided by 2^23.
    let none = T::splat(0);
    let mut rest = reduce(divide_high(total, none).add(divide_low(total, none)));
    for round in &constants.rounds {
        let cube = s_box(first, round);
        let sum = add(rest, cube);
        first = sub(rest, cube);
        rest = diagonal(state, sum, constants);
    }
    state[0] = first.sub(T::splat(P));
    for word in &mut state[1..] {
        let below_2p = word.min(word.sub(T::splat(P)));
        *word = below_2p.min(below_2p.sub(T::splat(P))).sub(T::splat(P));
    }
}

/// (first + constant)^3 at the round's end scale, divided by 2^23; reduced to reduced.
#[inline(always)]
fn s_box<T: Lanes>(first: T, round: &Round) -> T {
    let factor = T::splat(round.s_box);
    let x = first.add(T::splat(round.constant));
    let even = s_box_even(x, factor);
    reduce(even.interleave_odd(s_box_even(x.odd_to_even(), factor)))
}

#[inline(always)]
fn s_box_even<T: Lanes>(x: T, factor: T) -> T {
    product_even(product_even(x, x).odd_to_even(), product_even(x, factor).odd_to_even())
}

/// Set words 1 to 15 to `sum` + their own product, and give their sum divided by 2^23, reduced.
#[inline(always)]
fn diagonal<T: Lanes>(state: &mut State<T>, sum: T, constants: &Constants) -> T {
    let base = sum.add(T::splat(P));
    let (mut positive, mut negative) = (T::splat(0), T::splat(0));
    for (word, k) in state[1..].iter_mut().zip(DIAGONAL) {
        let j = SCALE_BITS - k;
        let b_128 = word.shift_left(31 - j).and(T::splat(i32::MAX.cast_unsigned()));
        let b = b_128.shift_right(7);
        let high_and_b = word.shift_right(j).add(b);
        positive = positive.add(high_and_b);
        negative = negative.add(b);
        *word = base.add(high_and_b).sub(b_128);
    }
    // |product_splat| is at most 3/4 p here, which leaves room for the small parts.
    let sums = product_splat(sum, T::splat(constants.fifteen));
    let high = reduce(sums.add(divide_high(positive, negative)));
    add(high, reduce(divide_low(positive, negative)))
}

/// The part of (positive - 128 * negative) / 2^23 above the point: between -2^16 and 2^9.
#[inline(always)]
fn divide_high<T: Lanes>(positive: T, negative: T) -> T {
    positive.shift_right(SCALE_BITS).sub(negative.shift_right(16))
}

/// The part below the point from the low 23 bits of `positive` and the low 16 of `negative`:
/// 2^-23 = 2 - 2^8 and 2^-16 = 2^8 - 2^15 mod p. In (-p, p).
#[inline(always)]
fn divide_low<T: Lanes>(positive: T, negative: T) -> T {
    let positive = positive.and(T::splat((1 << SCALE_BITS) - 1));
    let negative = negative.and(T::splat(0xffff));
    let gain = negative.shift_left(15).sub(negative.shift_left(8));
    gain.sub(positive.shift_left(8).sub(positive.shift_left(1)))
}
