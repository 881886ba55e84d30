//! Points: reduced, different, on ed25519.

use sp1_curves::BigUint;

use super::collection::Cases;
use super::numbers::{CURVES, CurveCalls, ED25519, limbs, number};
use crate::program::{Builder, DATA};

const P: u64 = DATA + 0x100;
const Q: u64 = DATA + 0x300;
const ED_ADD: u64 = 0x1_0107;
const ED_DECOMPRESS: u64 = 0x108;

/// A call with these coordinates at its pointers.
fn call(number: u64, words: usize, p: [BigUint; 2], q: [BigUint; 2]) -> impl Fn(&mut Builder) {
    move |builder| {
        for (offset, point) in [(0x100, &p), (0x300, &q)] {
            let coordinates = point.iter().flat_map(|number| limbs(number, words));
            builder.put(offset, &coordinates.collect::<Vec<_>>());
        }
        builder.call(number, &[P, Q]);
    }
}

pub(super) fn add(cases: &mut Cases) {
    for curve in &CURVES {
        additions(cases, curve);
        doubles(cases, curve);
    }
    edwards(cases);
    decompressions(cases);
}

fn additions(cases: &mut Cases, curve: &CurveCalls) {
    let [p, x, y] = [curve.prime, curve.x, curve.y].map(number);
    let (g, g2) = ([x.clone(), y.clone()], curve.doubled());
    let ones = (BigUint::from(1u32) << (64 * curve.words)) - 1u32;
    let small = |a: u32, b: u32| [a, b].map(BigUint::from);
    let above = |number: &BigUint| (number + &p) & &ones;
    // SP1's executor takes points of this curve alone.
    let (off, k1) = match curve.name {
        "secp256k1" => ("fault", true),
        _ => ("", false),
    };
    let other_k1 = |code| if k1 { "fault" } else { code };
    let zero = BigUint::default();
    let unreduced = "unreduced";
    let list = [
        ("add", g.clone(), g2.clone(), ""),
        ("add_other_way", g2.clone(), g.clone(), ""),
        ("add_same_point", g.clone(), g.clone(), "equal_x"),
        ("add_opposite", g.clone(), [x.clone(), &p - &y], "equal_x"),
        ("add_zeros", small(0, 0), small(0, 0), other_k1("equal_x")),
        ("add_zero_to_g", g.clone(), small(0, 0), off),
        ("add_off_curve", small(5, 7), small(11, 13), off),
        ("add_same_x_off_curve", small(5, 7), small(5, 8), other_k1("equal_x")),
        ("add_ones", g.clone(), [ones.clone(), ones.clone()], unreduced),
        ("add_ones_first", [ones.clone(), ones.clone()], g2.clone(), unreduced),
        ("add_x_p", [p.clone(), y.clone()], [zero.clone(), &y + 1u32], unreduced),
        ("add_x_above_p", g.clone(), [above(&g2[0]), g2[1].clone()], ""),
        ("add_y_p", [x.clone(), p.clone()], g2.clone(), unreduced),
    ];
    for (name, first, second, refusal) in list {
        // What does not fit its words is another number: then it may be a reduced one.
        let is_reduced = first.iter().chain(&second).all(|number| number < &p);
        let refusal = match (is_reduced, refusal) {
            (false, _) => unreduced,
            (true, "") if name == "add_x_above_p" => off,
            (true, refusal) => refusal,
        };
        let body = call(curve.add, curve.words, first, second);
        cases.add(&format!("{}_{name}", curve.name), refusal, body);
    }
    cases.add(&format!("{}_add_one_pointer", curve.name), "equal_x", |builder| {
        let words = g.iter().flat_map(|number| limbs(number, curve.words));
        builder.put(0x100, &words.collect::<Vec<_>>());
        builder.call(curve.add, &[P, P]);
    });
}

fn doubles(cases: &mut Cases, curve: &CurveCalls) {
    let [p, x, y] = [curve.prime, curve.x, curve.y].map(number);
    let ones = (BigUint::from(1u32) << (64 * curve.words)) - 1u32;
    let zero = BigUint::default();
    let is_k1 = curve.name == "secp256k1";
    let other_k1 = |code| if is_k1 { "fault" } else { code };
    for (name, point, refusal) in [
        ("double", [x.clone(), y.clone()], ""),
        ("double_opposite", [x.clone(), &p - &y], ""),
        ("double_y_0", [x.clone(), zero.clone()], other_k1("zero_y")),
        ("double_zeros", [zero.clone(), zero.clone()], other_k1("zero_y")),
        ("double_y_1", [x.clone(), BigUint::from(1u32)], other_k1("")),
        ("double_y_p", [x.clone(), p.clone()], "unreduced"),
        ("double_x_p", [p.clone(), y.clone()], "unreduced"),
        ("double_ones", [ones.clone(), ones.clone()], "unreduced"),
    ] {
        cases.add(&format!("{}_{name}", curve.name), refusal, |builder| {
            let words = point.iter().flat_map(|number| limbs(number, curve.words));
            builder.put(0x100, &words.collect::<Vec<_>>());
            builder.call(curve.double, &[P, 0]);
        });
    }
}

fn edwards(cases: &mut Cases) {
    let [x, y, p] = ED25519.map(number);
    let top = BigUint::from(1u32) << 255u32;
    let ones = (BigUint::from(1u32) << 256u32) - 1u32;
    let g = [x.clone(), y.clone()];
    let (zero, one) = (BigUint::default(), BigUint::from(1u32));
    for (name, point, refusal) in [
        ("", g.clone(), ""),
        ("_opposite", [&p - &x, y.clone()], ""),
        ("_identity", [zero.clone(), one.clone()], ""),
        ("_y_minus_1", [zero.clone(), &p - 1u32], ""),
        ("_zeros", [zero.clone(), zero.clone()], "off_curve"),
        ("_other_x", [&x ^ BigUint::from(4u32), y.clone()], "off_curve"),
        ("_small", [BigUint::from(11u32), BigUint::from(13u32)], "off_curve"),
        ("_x_above_p", [&x + &p, y.clone()], "unreduced"),
        ("_y_above_p", [x.clone(), &y + &p], "unreduced"),
        ("_y_p_plus_1", [zero.clone(), &p + 1u32], "unreduced"),
        ("_x_top_bit", [&x | &top, y.clone()], "unreduced"),
        ("_y_top_bit", [x.clone(), &y | &top], "unreduced"),
        ("_ones", [ones.clone(), ones.clone()], "unreduced"),
    ] {
        let second = call(ED_ADD, 4, g.clone(), point.clone());
        cases.add(&format!("ed_add{name}"), refusal, second);
        let first = call(ED_ADD, 4, point, g.clone());
        cases.add(&format!("ed_add{name}_first"), refusal, first);
    }
}

fn decompressions(cases: &mut Cases) {
    let [_, y, p] = ED25519.map(number);
    let small = |value: u32| BigUint::from(value);
    for (name, y, sign, refusal) in [
        ("", y.clone(), 0, ""),
        ("_odd", y.clone(), 1, ""),
        ("_sign_2", y.clone(), 2, "fault"),
        ("_y_1", small(1), 0, ""),
        ("_y_1_odd", small(1), 1, ""),
        ("_y_0", small(0), 0, ""),
        ("_y_2", small(2), 0, "fault"),
        ("_y_minus_1", &p - 1u32, 0, ""),
        ("_y_minus_1_odd", &p - 1u32, 1, ""),
        ("_y_p", p.clone(), 0, "unreduced"),
        ("_y_p_plus_1", &p + 1u32, 0, "unreduced"),
        ("_y_p_plus_18", &p + 18u32, 0, "unreduced"),
        ("_y_top_bit", &y | (small(1) << 255u32), 0, "unreduced"),
    ] {
        cases.add(&format!("ed_decompress{name}"), refusal, |builder| {
            builder.put(0x120, &limbs(&y, 4));
            builder.call(ED_DECOMPRESS, &[P, sign]);
        });
    }
}
