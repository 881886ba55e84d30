//! The field F_p[z] / (z^7 - 3 z - 5) on lanes: elements in Montgomery form, reduced.
//!
//! Inverses, norms and roots follow T. Itoh, S. Tsujii (1988), as sp1-hypercube's
//! septic_extension.rs does: with r = 1 + p + .. + p^6, x^r is the norm of x, an element of F_p.

use slop_algebra::{AbstractField, PrimeField32};
use sp1_hypercube::septic_extension::SepticExtension;
use sp1_primitives::SP1Field;

use crate::field::{P, R, centred, multiply};
use crate::lanes::{Lanes, MAX_WIDTH, Task};
use crate::modular;

/// Coefficients, the constant one first.
pub(super) type Septic<T> = [T; 7];
type Matrix = [[u32; 7]; 7];

/// The maps x -> x^p and x -> x^(p^2): row i is the image of z^i, in Montgomery form, centred.
pub(super) struct Frobenius {
    once: Matrix,
    twice: Matrix,
}

impl Frobenius {
    pub(super) fn new() -> Self {
        let z = SepticExtension(std::array::from_fn(|power| SP1Field::from_bool(power == 1)));
        let once = z.exp_u64(P.into());
        Self { once: images(once), twice: images(once.exp_u64(P.into())) }
    }
}

fn images(of_z: SepticExtension<SP1Field>) -> Matrix {
    let word = |word: SP1Field| centred(multiply(word.as_canonical_u32(), R));
    std::array::from_fn(|power| of_z.exp_u64(power as u64).0.map(word))
}

/// Products summed at once: of centred factors, so many stay below 2^31 * p.
const TERMS: usize = 4;

/// Centred coefficients: the even lanes, and the odd ones in their places.
#[inline(always)]
fn halves<T: Lanes>(a: &Septic<T>) -> (Septic<T>, Septic<T>) {
    let (mut even, mut odd) = (*a, *a);
    for (even, odd) in even.iter_mut().zip(&mut odd) {
        *even = modular::centre(*even);
        *odd = even.odd_to_even();
    }
    (even, odd)
}

#[inline(always)]
fn multiply_inline<T: Lanes>(a: &Septic<T>, b: &Septic<T>) -> Septic<T> {
    let zero = T::splat(0);
    let ((a, a_odd), (b, b_odd)) = (halves(a), halves(b));
    let mut wide = [zero; 13];
    for (power, sum) in wide.iter_mut().enumerate() {
        let (first, last) = (power.saturating_sub(6), power.min(6));
        for start in (first..=last).step_by(TERMS) {
            let (mut even, mut odd) = (zero, zero);
            for i in start..=last.min(start + TERMS - 1) {
                even = even.add_wide(a[i].multiply_even(b[power - i]));
                odd = odd.add_wide(a_odd[i].multiply_even(b_odd[power - i]));
            }
            *sum = modular::add(*sum, divided(even, odd));
        }
    }
    fold(wide)
}

/// Each product of two different coefficients counts twice, and is computed once.
#[inline(always)]
fn square_inline<T: Lanes>(a: &Septic<T>) -> Septic<T> {
    let zero = T::splat(0);
    let (a, a_odd) = halves(a);
    let (mut twice, mut twice_odd) = (a, a_odd);
    for word in twice.iter_mut().chain(&mut twice_odd) {
        *word = word.add(*word);
    }
    let mut wide = [zero; 13];
    for (power, sum) in wide.iter_mut().enumerate() {
        let (first, middle) = (power.saturating_sub(6), power / 2);
        for start in (first..=middle).step_by(TERMS / 2) {
            let (mut even, mut odd) = (zero, zero);
            for i in start..=middle.min(start + TERMS / 2 - 1) {
                let j = power - i;
                let (other, other_odd) =
                    if i == j { (a[j], a_odd[j]) } else { (twice[j], twice_odd[j]) };
                even = even.add_wide(a[i].multiply_even(other));
                odd = odd.add_wide(a_odd[i].multiply_even(other_odd));
            }
            *sum = modular::add(*sum, divided(even, odd));
        }
    }
    fold(wide)
}

/// z^7 = 3 z + 5.
#[inline(always)]
fn fold<T: Lanes>(wide: [T; 13]) -> Septic<T> {
    let mut result = [T::splat(0); 7];
    result.copy_from_slice(&wide[..7]);
    for (index, high) in wide[7..].iter().enumerate() {
        let double = modular::add(*high, *high);
        let triple = modular::add(double, *high);
        result[index] = modular::add(result[index], modular::add(double, triple));
        result[index + 1] = modular::add(result[index + 1], triple);
    }
    result
}

/// Wide sums of the even and of the odd lanes, divided by 2^32.
#[inline(always)]
fn divided<T: Lanes>(even: T, odd: T) -> T {
    modular::reduce(modular::divide_wide(even).interleave_odd(modular::divide_wide(odd)))
}

#[inline(always)]
fn apply_inline<T: Lanes>(a: &Septic<T>, matrix: &Matrix) -> Septic<T> {
    let zero = T::splat(0);
    let (even, odd) = halves(a);
    let mut result = [zero; 7];
    // The image of 1 is 1: the matrix is needed from row 1 on.
    result[0] = a[0];
    for (column, sum) in result.iter_mut().enumerate() {
        for rows in [1..4, 4..7] {
            let (mut sum_even, mut sum_odd) = (zero, zero);
            for row in rows {
                let factor = T::splat(matrix[row][column]);
                sum_even = sum_even.add_wide(even[row].multiply_even(factor));
                sum_odd = sum_odd.add_wide(odd[row].multiply_even(factor));
            }
            *sum = modular::add(*sum, divided(sum_even, sum_odd));
        }
    }
    result
}

struct Multiply<'a, T>(&'a Septic<T>, &'a Septic<T>);

impl<T: Lanes> Task for Multiply<'_, T> {
    type Output = Septic<T>;

    #[inline(always)]
    fn run(self) -> Septic<T> {
        multiply_inline(self.0, self.1)
    }
}

struct Square<'a, T>(&'a Septic<T>);

impl<T: Lanes> Task for Square<'_, T> {
    type Output = Septic<T>;

    #[inline(always)]
    fn run(self) -> Septic<T> {
        square_inline(self.0)
    }
}

struct Apply<'a, T>(&'a Septic<T>, &'a Matrix);

impl<T: Lanes> Task for Apply<'_, T> {
    type Output = Septic<T>;

    #[inline(always)]
    fn run(self) -> Septic<T> {
        apply_inline(self.0, self.1)
    }
}

#[inline(always)]
pub(super) fn product<T: Lanes>(a: &Septic<T>, b: &Septic<T>) -> Septic<T> {
    T::outlined(Multiply(a, b))
}

#[inline(always)]
pub(super) fn square<T: Lanes>(a: &Septic<T>) -> Septic<T> {
    T::outlined(Square(a))
}

/// The constant coefficient of a product: that of z^0, and five times that of z^7.
#[inline(always)]
fn constant_of_product<T: Lanes>(a: &Septic<T>, b: &Septic<T>) -> T {
    let zero = T::splat(0);
    let ((a, a_odd), (b, b_odd)) = (halves(a), halves(b));
    let mut high = zero;
    for half in [1..4, 4..7] {
        let (mut even, mut odd) = (zero, zero);
        for i in half {
            even = even.add_wide(a[i].multiply_even(b[7 - i]));
            odd = odd.add_wide(a_odd[i].multiply_even(b_odd[7 - i]));
        }
        high = modular::add(high, divided(even, odd));
    }
    let low = divided(a[0].multiply_even(b[0]), a_odd[0].multiply_even(b_odd[0]));
    let double = modular::add(high, high);
    modular::add(modular::add(low, high), modular::add(double, double))
}

#[inline(always)]
pub(super) fn sum<T: Lanes>(a: &Septic<T>, b: &Septic<T>) -> Septic<T> {
    let mut result = *a;
    for (word, other) in result.iter_mut().zip(b) {
        *word = modular::add(*word, *other);
    }
    result
}

#[inline(always)]
pub(super) fn difference<T: Lanes>(a: &Septic<T>, b: &Septic<T>) -> Septic<T> {
    let mut result = *a;
    for (word, other) in result.iter_mut().zip(b) {
        *word = modular::sub(*word, *other);
    }
    result
}

/// The lanes of each coefficient.
#[inline(always)]
pub(super) fn to_arrays<T: Lanes>(a: &Septic<T>) -> [[u32; MAX_WIDTH]; 7] {
    let mut arrays = [[0; MAX_WIDTH]; 7];
    for (array, word) in arrays.iter_mut().zip(a) {
        word.store(array);
    }
    arrays
}

/// The product with an element of F_p.
#[inline(always)]
pub(super) fn scaled<T: Lanes>(a: &Septic<T>, factor: T) -> Septic<T> {
    let mut result = *a;
    for word in &mut result {
        *word = modular::multiply(*word, factor);
    }
    result
}

/// x^p.
#[inline(always)]
pub(super) fn power_p<T: Lanes>(x: &Septic<T>, frobenius: &Frobenius) -> Septic<T> {
    T::outlined(Apply(x, &frobenius.once))
}

/// x^(p^2).
#[inline(always)]
pub(super) fn power_p2<T: Lanes>(x: &Septic<T>, frobenius: &Frobenius) -> Septic<T> {
    T::outlined(Apply(x, &frobenius.twice))
}

/// x^(r - 1), and the norm x^r.
#[inline(always)]
pub(super) fn norm<T: Lanes>(x: &Septic<T>, frobenius: &Frobenius) -> (Septic<T>, T) {
    let p_and_p2 = product(&power_p(x, frobenius), &power_p2(x, frobenius));
    let p3_and_p4 = power_p2(&p_and_p2, frobenius);
    let p5_and_p6 = power_p2(&p3_and_p4, frobenius);
    let others = product(&product(&p_and_p2, &p3_and_p4), &p5_and_p6);
    (others, constant_of_product(&others, x))
}

/// The inverse, and the norm: where that is zero, so was x, and there is no inverse.
#[inline(always)]
pub(super) fn inverse<T: Lanes>(x: &Septic<T>, frobenius: &Frobenius) -> (Septic<T>, T) {
    let (others, norm) = norm(x, frobenius);
    (scaled(&others, power(norm, P - 2)), norm)
}

/// A power in F_p.
#[inline(always)]
pub(super) fn power<T: Lanes>(mut base: T, mut exponent: u32) -> T {
    let mut result = T::splat(R);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = modular::multiply(result, base);
        }
        base = modular::multiply(base, base);
        exponent >>= 1;
    }
    result
}
