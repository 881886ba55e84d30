//! Many points added on lanes, with one inversion per batch of additions.
//!
//! Batched inversion: P. Montgomery, Speeding the Pollard and elliptic curve methods (1987).

use super::field::{self, Frobenius, Septic, to_arrays};
use super::point::{Point, complete_sum};
use crate::field::R;
use crate::lanes::{Lanes, MAX_WIDTH};

#[derive(Clone, Copy)]
struct Points<T> {
    x: Septic<T>,
    y: Septic<T>,
}

/// Replace `points` by fewer than twice as many as there are lanes, with the same sum.
#[inline(always)]
pub(super) fn shorten<T: Lanes>(points: &mut Vec<Point>, frobenius: &Frobenius) {
    let rest = points.len() % T::WIDTH;
    let mut vectors: Vec<Points<T>> = Vec::new();
    for chunk in points[rest..].chunks_exact(T::WIDTH) {
        vectors.push(load(chunk));
    }
    while vectors.len() > 1 {
        let half = vectors.len() / 2;
        let (left, right) = vectors.split_at_mut(half);
        if !add_all(left, &right[..half], frobenius) {
            // Two points have the same x, which takes another formula. It costs time, but to find
            // such words is to find a collision.
            *points = complete_sum(points).into_iter().collect();
            return;
        }
        // An odd one out moves up.
        vectors.drain(half..2 * half);
    }
    points.truncate(rest);
    for vector in vectors {
        store(&vector, points);
    }
}

#[inline(always)]
fn load<T: Lanes>(points: &[Point]) -> Points<T> {
    let mut result = Points { x: [T::splat(0); 7], y: [T::splat(0); 7] };
    for (index, word) in result.x.iter_mut().chain(&mut result.y).enumerate() {
        let mut lanes = [0; MAX_WIDTH];
        for (lane, point) in lanes.iter_mut().zip(points) {
            *lane = point[index];
        }
        *word = T::load(&lanes);
    }
    result
}

#[inline(always)]
fn store<T: Lanes>(vector: &Points<T>, points: &mut Vec<Point>) {
    let (x, y) = (to_arrays(&vector.x), to_arrays(&vector.y));
    for lane in 0..T::WIDTH {
        points.push(std::array::from_fn(|i| if i < 7 { x[i][lane] } else { y[i - 7][lane] }));
    }
}

/// Add `right` to `left`, pair by pair. False, with `left` as it was, when a pair has equal x.
#[inline(always)]
fn add_all<T: Lanes>(left: &mut [Points<T>], right: &[Points<T>], frobenius: &Frobenius) -> bool {
    let mut one = [T::splat(0); 7];
    one[0] = T::splat(R);
    let mut product = one;
    let mut steps = Vec::with_capacity(left.len());
    for (a, b) in left.iter().zip(right) {
        let run = field::difference(&b.x, &a.x);
        steps.push((run, product));
        product = field::product(&product, &run);
    }
    let (mut inverse, norm) = field::inverse(&product, frobenius);
    if norm.equal(T::splat(0)).to_array() != [0; MAX_WIDTH] {
        return false;
    }
    for ((a, b), (run, before)) in left.iter_mut().zip(right).zip(steps).rev() {
        let inverse_run = field::product(&inverse, &before);
        inverse = field::product(&inverse, &run);
        *a = sum_of_two(a, b, &inverse_run);
    }
    true
}

/// The chord's third point, mirrored; `inverse_run` is 1 / (b.x - a.x).
#[inline(always)]
fn sum_of_two<T: Lanes>(a: &Points<T>, b: &Points<T>, inverse_run: &Septic<T>) -> Points<T> {
    let slope = field::product(&field::difference(&b.y, &a.y), inverse_run);
    let square = field::square(&slope);
    let x = field::difference(&field::difference(&square, &a.x), &b.x);
    let fall = field::product(&slope, &field::difference(&a.x, &x));
    Points { x, y: field::difference(&fall, &a.y) }
}
