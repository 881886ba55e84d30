//! From words of memory to points: `SepticCurve::lift_x` of sp1-hypercube, on lanes.
//!
//! A message and a counter are hashed to x until x^3 + 45 x + 41 z^3 has a root whose last
//! coefficient tells its sign. Half of all x have none, so that words wait in two queues: for a
//! next try, and for the root.

use sp1_hypercube::InteractionKind;

use super::field::{self, Frobenius, Septic, to_arrays};
use super::point::Point;
use super::root::{self, Square};
use crate::field::{P, R, R_INVERSE, R_SQUARED, multiply};
use crate::lanes::{Lanes, MAX_WIDTH};
use crate::modular;
use crate::poseidon2::{Constants, Permute, unscale};

/// A word (by its index) and the counter of its next try.
type Try = (usize, u32);

/// A y's last coefficient must be at most this, or at least its negative.
const SIGN_LIMIT: u32 = 63 << 24;
const MAX_TRIES: u32 = 256;

/// An x whose y^2 has a root.
struct Candidate {
    origin: Try,
    x: [u32; 7],
    square: Square<u32>,
}

/// Append the points of `memory`, pairs of address and word.
#[inline(always)]
pub(super) fn lift<T: Lanes>(
    memory: &[(u64, u64)],
    constants: &Constants,
    frobenius: &Frobenius,
    points: &mut Vec<Point>,
) {
    let mut tries: Vec<Try> = (0..memory.len()).map(|index| (index, 0)).collect();
    let mut candidates = Vec::new();
    loop {
        if candidates.len() >= T::WIDTH || (tries.is_empty() && !candidates.is_empty()) {
            let batch = candidates.split_off(candidates.len().saturating_sub(T::WIDTH));
            take_roots::<T>(&batch, frobenius, &mut tries, points);
        } else if !tries.is_empty() {
            let batch = tries.split_off(tries.len().saturating_sub(T::WIDTH));
            try_points::<T>(memory, &batch, (constants, frobenius), &mut tries, &mut candidates);
        } else {
            return;
        }
    }
}

/// SP1's message for a word, which is received at the start of the run.
fn message((address, word): (u64, u64), counter: u32) -> [u32; 8] {
    assert!(counter < MAX_TRIES, "no curve point after {MAX_TRIES} tries");
    let limb = |value: u64, index: u32| (value >> (16 * index)) as u32 & 0xffff;
    let byte = |index: u32| (word >> (8 * index)) as u32 & 0xff;
    [
        (InteractionKind::Memory as u32) << 24,
        0,
        limb(address, 0),
        limb(address, 1),
        limb(address, 2),
        limb(word, 0) | byte(4) << 16,
        limb(word, 1) | byte(5) << 16,
        limb(word, 3) | counter << 16,
    ]
}

/// One try each: to the candidates, or back to the tries.
#[inline(always)]
fn try_points<T: Lanes>(
    memory: &[(u64, u64)],
    batch: &[Try],
    (constants, frobenius): (&Constants, &Frobenius),
    tries: &mut Vec<Try>,
    candidates: &mut Vec<Candidate>,
) {
    let mut words = [[0; MAX_WIDTH]; 8];
    for (lane, (index, counter)) in batch.iter().enumerate() {
        for (word, value) in words.iter_mut().zip(message(memory[*index], *counter)) {
            word[lane] = value;
        }
    }
    let x: Septic<T> = hashed(&words, constants);
    let square = root::square(&curve_formula(&x), frobenius);
    let has_root = square.has_root().to_array();
    let (x, squares) = (to_arrays(&x), square.store());
    for (lane, origin) in batch.iter().enumerate() {
        if has_root[lane] == 0 {
            tries.push((origin.0, origin.1 + 1));
        } else {
            let x = x.map(|lanes| lanes[lane]);
            candidates.push(Candidate { origin: *origin, x, square: squares[lane] });
        }
    }
}

/// The first seven words of the permuted messages.
#[inline(always)]
fn hashed<T: Lanes>(messages: &[[u32; MAX_WIDTH]; 8], constants: &Constants) -> Septic<T> {
    let mut state = [T::splat(0); 16];
    for (word, lanes) in state.iter_mut().zip(messages) {
        *word = modular::product(T::load(lanes), T::splat(R_SQUARED));
    }
    T::outlined(Permute { state: &mut state, constants });
    let mut x = [T::splat(0); 7];
    x.copy_from_slice(&state[..7]);
    unscale(&mut x, constants);
    for word in &mut x {
        *word = modular::reduce(*word);
    }
    x
}

/// x^3 + 45 x + 41 z^3.
#[inline(always)]
fn curve_formula<T: Lanes>(x: &Septic<T>) -> Septic<T> {
    let cube = field::product(&field::square(x), x);
    let mut y_squared = field::sum(&cube, &field::scaled(x, T::splat(multiply(45, R))));
    y_squared[3] = modular::add(y_squared[3], T::splat(multiply(41, R)));
    y_squared
}

/// The points of candidates; those whose y has no sign go back to the tries.
#[inline(always)]
fn take_roots<T: Lanes>(
    batch: &[Candidate],
    frobenius: &Frobenius,
    tries: &mut Vec<Try>,
    points: &mut Vec<Point>,
) {
    let mut squares = [const { Square::ZERO }; MAX_WIDTH];
    for (square, candidate) in squares.iter_mut().zip(batch) {
        *square = candidate.square;
    }
    let y = to_arrays(&root::root(&Square::<T>::load(&squares), frobenius));
    for (lane, candidate) in batch.iter().enumerate() {
        let y = y.map(|lanes| lanes[lane]);
        let sign = multiply(y[6], R_INVERSE);
        if sign == 0 || (sign > SIGN_LIMIT && sign < P - SIGN_LIMIT) {
            tries.push((candidate.origin.0, candidate.origin.1 + 1));
            continue;
        }
        // SP1 takes the root with a small last coefficient, and adds the point's negative.
        let y = if sign <= SIGN_LIMIT { y.map(|word| (P - word) % P) } else { y };
        points.push(std::array::from_fn(|i| if i < 7 { candidate.x[i] } else { y[i - 7] }));
    }
}
