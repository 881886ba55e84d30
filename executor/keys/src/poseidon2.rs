//! Poseidon2 of width 16 over KoalaBear, on lanes: one permutation per lane.
//!
//! Source: Grassi, Khovratovich, Schofnegger, "Poseidon2" (2023); the instance is SP1's, that is
//! `my_kb_16_perm` of slop-koala-bear: S-box x^3, 4 + 20 + 4 rounds. Its internal matrix is
//! 2^-32 * (J + diag(-2, 1, 2, 4, .., 2^13, 2^15)), where J is all ones
//! (`DiffusionMatrixKoalaBear` of p3-koala-bear).
//!
//! The state here is the true state times a scale, which changes from round to round: cubing scales
//! by its cube, and an internal round divides by 2^23 where 2^32 is due. Dividing by 2^23 keeps the
//! diagonal to shifts, see `internal`. The scale is undone once, at the end.

mod constants;
mod internal;
mod parameters;

use crate::lanes::{Lanes, Task};
use crate::modular::{add, product_even, product_splat, reduce};

use parameters::{EXTERNAL_ROUNDS, WIDTH};

pub(crate) use constants::Constants;
pub(crate) use parameters::{RATE, State};

/// Permute. Only the first `RATE` words come out in Montgomery form: the others keep the scale,
/// which `restore_capacity` takes off.
#[inline(always)]
fn permute<T: Lanes>(state: &mut State<T>, constants: &Constants) {
    external_matrix(state);
    let (first, last) = constants.external.split_at(EXTERNAL_ROUNDS / 2);
    for round in first {
        external_round(state, round);
    }
    internal::rounds(state, &constants.internal);
    for round in last {
        external_round(state, round);
    }
    unscale(&mut state[..RATE], constants);
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

/// Bring the rest of a permuted state into Montgomery form, for a further permutation.
#[inline(always)]
pub(crate) fn restore_capacity<T: Lanes>(state: &mut State<T>, constants: &Constants) {
    unscale(&mut state[RATE..], constants);
}

#[inline(always)]
fn unscale<T: Lanes>(words: &mut [T], constants: &Constants) {
    for word in words {
        *word = product_splat(*word, T::splat(constants.unscale));
    }
}

#[inline(always)]
fn external_round<T: Lanes>(state: &mut State<T>, constants: &[u32; WIDTH]) {
    for (word, constant) in state.iter_mut().zip(constants) {
        *word = cube(reduce(*word).add(T::splat(*constant)));
    }
    external_matrix(state);
}

/// Signed to signed, divided by 2^64.
#[inline(always)]
fn cube<T: Lanes>(x: T) -> T {
    cube_even(x).interleave_odd(cube_even(x.odd_to_even()))
}

#[inline(always)]
fn cube_even<T: Lanes>(x: T) -> T {
    product_even(product_even(x, x).odd_to_even(), x)
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
