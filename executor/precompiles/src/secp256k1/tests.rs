use super::Foresight;
use super::curve::{Base, Secp256k1, check};
use crate::field::Field;
use crate::memory::Fault;
use crate::rule::Rule;
use crate::weierstrass::{Point, add_reduced, double_reduced};

const GENERATOR: Point<4> = [
    [0x59f2_815b_16f8_1798, 0x029b_fcdb_2dce_28d9, 0x55a0_6295_ce87_0b07, 0x79be_667e_f9dc_bbac],
    [0x9c47_d08f_fb10_d4b8, 0xfd17_b448_a685_5419, 0x5da4_fbfc_0e11_08a8, 0x483a_da77_26a3_c465],
];

fn plain_double(p: &Point<4>) -> Point<4> {
    double_reduced::<4, Secp256k1>(p, &Base::square(&p[0]))
}

/// Some point of the curve.
fn point(number: usize) -> Point<4> {
    (0..number)
        .fold(plain_double(&GENERATOR), |sum, _| add_reduced::<4, Secp256k1>(&sum, &GENERATOR))
}

/// Pseudorandom bits.
fn bits(seed: u64) -> impl FnMut() -> bool {
    let mut state = seed;
    move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 63 == 1
    }
}

fn double(foresight: &mut Foresight, p: &Point<4>) -> Point<4> {
    let doubled = foresight.doublings.double(p).expect("a point");
    assert_eq!(doubled, plain_double(p));
    doubled
}

fn add(foresight: &mut Foresight, p: &Point<4>, q: &Point<4>) -> Point<4> {
    let sum = foresight.sums.add(p, q, &foresight.doublings).expect("a sum");
    assert_eq!(sum, add_reduced::<4, Secp256k1>(p, q));
    sum
}

/// Of the sum of two products, from the lowest bit on, as SP1's library computes it.
fn sum_of_products(foresight: &mut Foresight, seed: u64, mut points: [Point<4>; 2], swap: bool) {
    let mut bit = bits(seed);
    let mut sum: Option<Point<4>> = None;
    for _ in 0..256 {
        for place in if swap { [1, 0] } else { [0, 1] } {
            if bit() {
                let point = points[place];
                sum = Some(sum.map_or(point, |sum| add(foresight, &sum, &point)));
            }
        }
        points = points.map(|point| double(foresight, &point));
    }
}

#[test]
fn foreseen_calls_have_the_results_of_others() {
    let mut foresight = Foresight::default();
    for (seed, swap) in [(1, false), (2, false), (3, true), (4, true), (5, false)] {
        let other = point(seed as usize);
        sum_of_products(&mut foresight, seed, [GENERATOR, other], swap);
    }
}

#[test]
fn doublings_in_any_order_have_the_results_of_others() {
    let mut foresight = Foresight::default();
    let mut bit = bits(9);
    let mut points: Vec<Point<4>> = (3..9).map(point).collect();
    let starts = points.clone();
    for _ in 0..1500 {
        let place = (0..3).fold(0, |number, _| 2 * number + usize::from(bit())) % points.len();
        points[place] = double(&mut foresight, &points[place]);
        if bit() && bit() && bit() {
            points[place] = starts[place];
        }
        let [p, q] = [points[place], points[(place + 1) % 6]];
        if bit() && p[0] != q[0] {
            points[place] = add(&mut foresight, &p, &q);
        }
    }
}

#[test]
fn doublings_without_an_end_take_no_more_room() {
    let mut foresight = Foresight::default();
    let mut point = GENERATOR;
    for _ in 0..1000 {
        point = double(&mut foresight, &point);
    }
    assert!(foresight.doublings.known_points() < 400);
}

#[test]
fn sum_with_the_x_of_the_likely_addend_has_no_inverse_of_zero() {
    let mut foresight = Foresight::default();
    let two = double(&mut foresight, &GENERATOR);
    let four = double(&mut foresight, &two);
    // Back to the start: after 2, the next addend is likely to be 4.
    double(&mut foresight, &GENERATOR);
    let six = add_reduced::<4, Secp256k1>(&four, &two);
    let minus_six = [six[0], Base::subtract(&[0; 4], &six[1])];
    let sum = add(&mut foresight, &minus_six, &two);
    assert_eq!(sum[0], four[0]);
    let error = foresight.sums.add(&sum, &four, &foresight.doublings);
    assert_eq!(error, Err(Rule::EqualX.into()));
    add(&mut foresight, &sum, &two);
}

#[test]
fn points_off_the_curve_are_refused_whatever_came_before() {
    let mut foresight = Foresight::default();
    let two = double(&mut foresight, &GENERATOR);
    let sum = add(&mut foresight, &two, &GENERATOR);
    let mut wrong = sum;
    wrong[1][0] ^= 1;
    assert!(check(&wrong).is_err());
    let refused = Err(Fault::Refused("a point is not on secp256k1"));
    assert_eq!(foresight.doublings.double(&wrong), refused);
    assert_eq!(foresight.sums.add(&wrong, &two, &foresight.doublings), refused);
    assert_eq!(foresight.sums.add(&sum, &wrong, &foresight.doublings), refused);
    let unreduced = [Base::MODULUS, two[1]];
    assert_eq!(
        foresight.sums.add(&sum, &unreduced, &foresight.doublings),
        Err(Rule::Unreduced.into())
    );
}
