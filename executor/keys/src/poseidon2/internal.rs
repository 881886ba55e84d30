//! The internal rounds: one S-box each, then (J + diag(-2, 1, 2, 4, .., 2^13, 2^15)) / 2^23.
//!
//! As 2^24 - 2^31 = 1 mod p, a word u times 2^k / 2^23 takes no multiplication. With j = 23 - k and
//! u = high * 2^j + low it is `high + low * 2^(24 - j) - low * 2^(31 - j)`, which is
//! `high - 127 * b` for b = low * 2^(24 - j), below 2^24.
//!
//! Words 1 to 15 are unsigned below 2^32 here, not reduced: with `base` = p + a reduced number,
//! `base + high - 127 * b` is at least p - 127 * (2^24 - 1) > 0, and below 2 * p + 2^24 < 2^32.
//!
//! Word 0 and the sum of the others are wide between rounds, as the cube is: each of the two sums of
//! them that a round needs is divided once.

use super::parameters::{INTERNAL_ROUNDS, State};
use crate::field::P;
use crate::lanes::Lanes;
use crate::modular::{add, divide_wide, product_even, reduce};

/// A round divides by two to this power.
pub(super) const SCALE_BITS: u32 = 23;
/// log2 of the diagonal from word 1 on.
const DIAGONAL: [u32; 15] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15];

pub(super) struct Constants {
    pub rounds: [Round; INTERNAL_ROUNDS],
}

pub(super) struct Round {
    /// To be added to word 0: signed.
    pub constant: u32,
    /// Brings the cube to the scale of the round's end.
    pub s_box: u32,
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
    let by = T::splat(1 << (32 - SCALE_BITS));
    let mut rest =
        Wide { even: total.multiply_even(by), odd: total.odd_to_even().multiply_even(by) };
    // Words 1 to 15 are without it.
    let mut base = T::splat(0);
    for round in &constants.rounds {
        let cube = s_box(first, round);
        let (positive, negative) = diagonal(state, base);
        let sum = reduce(rest.plus(&cube).divided());
        first = reduce(rest.minus(&cube).divided());
        base = sum.add(T::splat(P));
        rest = totals(positive, negative, sum);
    }
    state[0] = first.sub(T::splat(P));
    for word in &mut state[1..] {
        let word_and_base = word.add(base);
        let below_2p = word_and_base.min(word_and_base.sub(T::splat(P)));
        *word = below_2p.min(below_2p.sub(T::splat(P))).sub(T::splat(P));
    }
}

/// Words not yet divided by 2^32, of 64 bits: those of the even lanes and those of the odd ones.
struct Wide<T> {
    even: T,
    odd: T,
}

impl<T: Lanes> Wide<T> {
    #[inline(always)]
    fn plus(&self, other: &Self) -> Self {
        Self { even: self.even.add_wide(other.even), odd: self.odd.add_wide(other.odd) }
    }

    #[inline(always)]
    fn minus(&self, other: &Self) -> Self {
        Self { even: self.even.sub_wide(other.even), odd: self.odd.sub_wide(other.odd) }
    }

    /// Signed.
    #[inline(always)]
    fn divided(&self) -> T {
        divide_wide(self.even).interleave_odd(divide_wide(self.odd))
    }
}

/// (first + constant)^3 at the round's end scale, divided by 2^23; of a reduced word.
#[inline(always)]
fn s_box<T: Lanes>(first: T, round: &Round) -> Wide<T> {
    let factor = T::splat(round.s_box);
    let x = first.add(T::splat(round.constant));
    Wide { even: s_box_even(x, factor), odd: s_box_even(x.odd_to_even(), factor) }
}

#[inline(always)]
fn s_box_even<T: Lanes>(x: T, factor: T) -> T {
    product_even(x, x).odd_to_even().multiply_even(product_even(x, factor).odd_to_even())
}

/// Set words 1 to 15, to which `base` is added first, to their own product; and give the sum of the
/// products, which is positive - 127 * negative.
#[inline(always)]
fn diagonal<T: Lanes>(state: &mut State<T>, base: T) -> (T, T) {
    let zero = T::splat(0);
    let [mask, times, _] = T::pinned([T::splat((1 << 24) - 1), T::splat(127), base]);
    let mut sums = Sums { base, mask, times, positive: zero, negative: zero };
    // Not a loop: shifts by numbers that are not constant take longer.
    sums.multiply(&mut state[1], SCALE_BITS - DIAGONAL[0]);
    sums.multiply(&mut state[2], SCALE_BITS - DIAGONAL[1]);
    sums.multiply(&mut state[3], SCALE_BITS - DIAGONAL[2]);
    sums.multiply(&mut state[4], SCALE_BITS - DIAGONAL[3]);
    sums.multiply(&mut state[5], SCALE_BITS - DIAGONAL[4]);
    sums.multiply(&mut state[6], SCALE_BITS - DIAGONAL[5]);
    sums.multiply(&mut state[7], SCALE_BITS - DIAGONAL[6]);
    sums.multiply(&mut state[8], SCALE_BITS - DIAGONAL[7]);
    sums.multiply(&mut state[9], SCALE_BITS - DIAGONAL[8]);
    sums.multiply(&mut state[10], SCALE_BITS - DIAGONAL[9]);
    sums.multiply(&mut state[11], SCALE_BITS - DIAGONAL[10]);
    sums.multiply(&mut state[12], SCALE_BITS - DIAGONAL[11]);
    sums.multiply(&mut state[13], SCALE_BITS - DIAGONAL[12]);
    sums.multiply(&mut state[14], SCALE_BITS - DIAGONAL[13]);
    sums.multiply(&mut state[15], SCALE_BITS - DIAGONAL[14]);
    (sums.positive, sums.negative)
}

struct Sums<T> {
    base: T,
    mask: T,
    times: T,
    positive: T,
    negative: T,
}

impl<T: Lanes> Sums<T> {
    /// `word` + base, divided by 2^j.
    #[inline(always)]
    fn multiply(&mut self, word: &mut T, j: u32) {
        let whole = word.add(self.base);
        let b = whole.shift_left(24 - j).and(self.mask);
        let high = whole.shift_right(j);
        let product = high.sub(b.multiply_low(self.times));
        [*word, self.positive, self.negative] =
            T::pinned([product, self.positive.add(high), self.negative.add(b)]);
    }
}

/// (positive - 127 * negative + 15 * sum) / 2^23.
#[inline(always)]
fn totals<T: Lanes>(positive: T, negative: T, sum: T) -> Wide<T> {
    let even = total_even(positive, negative, sum);
    let odd = total_even(positive.odd_to_even(), negative.odd_to_even(), sum.odd_to_even());
    Wide { even, odd }
}

/// Its even lanes, times 2^32.
#[inline(always)]
fn total_even<T: Lanes>(positive: T, negative: T, sum: T) -> T {
    let of_words = positive
        .multiply_even(T::splat(1 << (32 - SCALE_BITS)))
        .sub_wide(negative.multiply_even(T::splat(127 << (32 - SCALE_BITS))));
    of_words.add_wide(sum.multiply_even(T::splat(15 << (32 - SCALE_BITS))))
}
