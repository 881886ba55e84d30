//! Poseidon2 of width 16 over KoalaBear, on lanes: one permutation per lane.
//!
//! Source: Grassi, Khovratovich, Schofnegger, "Poseidon2" (2023); the instance is SP1's, that is
//! `my_kb_16_perm` of slop-koala-bear: S-box x^3, 4 + 20 + 4 rounds. Its internal matrix is
//! 2^-32 * (J + diag(-2, 1, 2, 4, .., 2^13, 2^15)), where J is all ones
//! (`DiffusionMatrixKoalaBear` of p3-koala-bear).
//!
//! The state here is the true state times a scale, which changes from round to round: cubing scales
//! by its cube, and an internal round divides by 2^23 where 2^32 is due. Dividing by 2^23 keeps the
//! diagonal to shifts, see `internal`. What a permutation begins with another may have ended with, so
//! that a tree undoes the scale at its root alone.

mod constants;
mod internal;
mod parameters;

use crate::lanes::{Lanes, Task};
use crate::modular::{add, product_splat, reduce};

use parameters::{EXTERNAL_ROUNDS, WIDTH};

pub(crate) use constants::Constants;
pub(crate) use parameters::{FEW, RATE, State};

/// Permute: from `scale_before` of the constants to their `scale_after`.
#[inline(always)]
fn permute<T: Lanes>(state: &mut State<T>, constants: &Constants) {
    external_matrix(state);
    all_rounds(state, constants);
}

/// `permute` of `FEW` words, followed by zeros.
#[inline(always)]
fn permute_few<T: Lanes>(state: &mut State<T>, constants: &Constants) {
    let mut words = [state[0], state[1], state[2], state[3]];
    words = four_by_four(words);
    for (index, word) in words.into_iter().enumerate() {
        state[index] = word.add(word.sub(T::splat(crate::field::P)));
        for block in 1..4 {
            state[4 * block + index] = word;
        }
    }
    all_rounds(state, constants);
}

/// All but the matrix before the first round.
#[inline(always)]
fn all_rounds<T: Lanes>(state: &mut State<T>, constants: &Constants) {
    let (first, last) = constants.external.split_at(EXTERNAL_ROUNDS / 2);
    for round in first {
        external_round(state, round);
    }
    internal::rounds(state, &constants.internal);
    for round in last {
        external_round(state, round);
    }
}

/// `permute` as a function of its own: it is too long to be inlined everywhere.
pub(crate) struct Permute<'a, T> {
    pub state: &'a mut State<T>,
    pub constants: &'a Constants,
}

impl<T: Lanes> Task for Permute<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        permute(self.state, self.constants);
    }
}

/// The same of a state with zeros from word `FEW` on.
pub(crate) struct PermuteFew<'a, T> {
    pub state: &'a mut State<T>,
    pub constants: &'a Constants,
}

impl<T: Lanes> Task for PermuteFew<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        permute_few(self.state, self.constants);
    }
}

/// Bring words from the scale after a permutation to the one before it, for a further one.
#[inline(always)]
pub(crate) fn unscale<T: Lanes>(words: &mut [T], constants: &Constants) {
    for word in words {
        *word = product_splat(*word, T::splat(constants.unscale));
    }
}

#[inline(always)]
fn external_round<T: Lanes>(state: &mut State<T>, constants: &[u32; WIDTH]) {
    let pairs = state.as_chunks_mut::<2>().0.iter_mut().zip(constants.as_chunks::<2>().0);
    for (pair, [a, b]) in pairs {
        let x = reduce(pair[0]).add(T::splat(*a));
        let y = reduce(pair[1]).add(T::splat(*b));
        *pair = cubes([x, y]);
    }
    external_matrix(state);
}

/// Signed to signed, divided by 2^64; two at a time, since each step waits for the one before.
#[inline(always)]
fn cubes<T: Lanes>([x, y]: [T; 2]) -> [T; 2] {
    let [x_even, x_odd, y_even, y_odd] = cubes_even([x, x.odd_to_even(), y, y.odd_to_even()]);
    [x_even.interleave_odd(x_odd), y_even.interleave_odd(y_odd)]
}

/// Signed to signed, divided by 2^64; four at a time, since each step waits for the one before.
#[inline(always)]
fn cubes_even<T: Lanes>(x: [T; 4]) -> [T; 4] {
    let mut squares = products_even(x, x);
    for square in &mut squares {
        *square = square.odd_to_even();
    }
    products_even(squares, x)
}

#[inline(always)]
fn products_even<T: Lanes>(a: [T; 4], b: [T; 4]) -> [T; 4] {
    let mut wide = a;
    for (wide, b) in wide.iter_mut().zip(b) {
        *wide = wide.multiply_even(b);
    }
    let mut quotients = wide;
    for quotient in &mut quotients {
        *quotient = quotient.multiply_even(T::splat(crate::field::P_INVERSE));
    }
    for quotient in &mut quotients {
        *quotient = quotient.multiply_even(T::splat(crate::field::P));
    }
    for (wide, quotient) in wide.iter_mut().zip(quotients) {
        *wide = wide.sub_wide(quotient);
    }
    wide
}

/// The matrix circ(2 M4, M4, M4, M4), signed to signed.
#[inline(always)]
fn external_matrix<T: Lanes>(state: &mut State<T>) {
    for block in state.as_chunks_mut::<4>().0 {
        *block = four_by_four(*block);
    }
    for column in 0..4 {
        let low = add(state[column], state[column + 4]);
        let high = add(state[column + 8], state[column + 12]);
        // With p taken off, the next sums are signed.
        let sum = add(low, high).sub(T::splat(crate::field::P));
        for block in 0..4 {
            state[4 * block + column] = state[4 * block + column].add(sum);
        }
    }
}

/// M4 = circ(2, 3, 1, 1) by rows, signed to reduced.
#[inline(always)]
fn four_by_four<T: Lanes>(block: [T; 4]) -> [T; 4] {
    let [x0, x1, x2, x3] = [reduce(block[0]), reduce(block[1]), reduce(block[2]), reduce(block[3])];
    let (x01, x23) = (add(x0, x1), add(x2, x3));
    let all = add(x01, x23);
    let (all_and_x1, all_and_x3) = (add(all, x1), add(all, x3));
    [
        add(all_and_x1, x01),
        add(all_and_x1, add(x2, x2)),
        add(all_and_x3, x23),
        add(all_and_x3, add(x0, x0)),
    ]
}

#[cfg(test)]
mod tests;
