//! Calls on base fields and their extensions, and UINT256_MUL: the quotients that must fit.

use sp1_curves::BigUint;

use super::collection::Cases;
use super::numbers::{FIELDS, FieldCalls, limbs, number};
use crate::program::{Builder, DATA};

const A: u64 = DATA + 0x100;
const B: u64 = DATA + 0x300;
const UINT256_MUL: u64 = 0x1_011d;

/// A call on numbers of so many words each.
fn call(number: u64, words: usize, a: Vec<BigUint>, b: Vec<BigUint>) -> impl Fn(&mut Builder) {
    move |builder| {
        for (offset, operand) in [(0x100, &a), (0x300, &b)] {
            let all = operand.iter().flat_map(|number| limbs(number, words));
            builder.put(offset, &all.collect::<Vec<_>>());
        }
        builder.call(number, &[A, B]);
    }
}

/// What must refuse each operation on two numbers, by the definition.
fn refusals(a: &BigUint, b: &BigUint, p: &BigUint, words: usize) -> [bool; 3] {
    let difference = a < p && b <= &(a + p);
    let quotient = a * b / p < BigUint::from(1u32) << (64 * words);
    [false, !difference, !quotient]
}

pub(super) fn add(cases: &mut Cases) {
    for field in &FIELDS {
        base(cases, field);
        extension(cases, field);
    }
    products(cases);
}

const OPERATIONS: [(&str, &str); 3] = [("add", ""), ("sub", "difference"), ("mul", "quotient")];

fn base(cases: &mut Cases, field: &FieldCalls) {
    let p = number(field.prime);
    let top = (BigUint::from(1u32) << (64 * field.words)) - 1u32;
    // The largest number whose square has a quotient that fits, and the next one.
    let root = (&p << (64 * field.words)).sqrt();
    let (zero, one) = (BigUint::default(), BigUint::from(1u32));
    let operands = [
        ("small", BigUint::from(12345u32), BigUint::from(678u32)),
        ("0_0", zero.clone(), zero.clone()),
        ("p_less_1", &p - 1u32, &p - 1u32),
        ("p_p", p.clone(), p.clone()),
        ("0_p", zero.clone(), p.clone()),
        ("1_p", one.clone(), p.clone()),
        ("p_0", p.clone(), zero.clone()),
        ("p_1", p.clone(), one.clone()),
        ("p_and_1_twice", &p + 1u32, &p + 1u32),
        ("0_p_and_1", zero.clone(), &p + 1u32),
        ("1_p_and_1", one.clone(), &p + 1u32),
        ("2p_0", &p + &p, zero.clone()),
        ("2p_p_and_1", &p + &p, &p + 1u32),
        ("2p_p", &p + &p, p.clone()),
        ("ones", top.clone(), top.clone()),
        ("ones_0", top.clone(), zero.clone()),
        ("0_ones", zero.clone(), top.clone()),
        ("ones_less_p", top.clone(), &top - &p),
        ("ones_less_p_and_1", top.clone(), &top - &p + 1u32),
        ("ones_p_less_1", top.clone(), &p - 1u32),
        ("root", root.clone(), root.clone()),
        ("root_and_1", &root + 1u32, &root + 1u32),
    ];
    for (name, a, b) in operands {
        let refused = refusals(&a, &b, &p, field.words);
        for (index, (operation, code)) in OPERATIONS.into_iter().enumerate() {
            let body =
                call(field.first + index as u64, field.words, vec![a.clone()], vec![b.clone()]);
            let refusal = if refused[index] { code } else { "" };
            cases.add(&format!("{}_fp_{operation}_{name}", field.name), refusal, body);
        }
    }
    let overlapping = |builder: &mut Builder| {
        builder.put(0x100, &[3, 0, 5, 0, 7, 0, 0]);
        builder.call(field.first + 2, &[A, A + 8]);
    };
    cases.add(&format!("{}_fp_mul_overlapping", field.name), "", overlapping);
}

fn extension(cases: &mut Cases, field: &FieldCalls) {
    let p = number(field.prime);
    let top = (BigUint::from(1u32) << (64 * field.words)) - 1u32;
    let small = |value: u32| BigUint::from(value);
    for (name, [a0, a1, b0, b1]) in [
        ("small", [small(1), small(2), small(3), small(4)]),
        ("less", [small(3), small(1), small(1), small(3)]),
        ("p_less_1", [&p - 1u32, &p - 1u32, &p - 1u32, &p - 1u32]),
        ("p", [p.clone(), p.clone(), p.clone(), p.clone()]),
        ("ones", [top.clone(), top.clone(), top.clone(), top.clone()]),
        ("ones_second", [small(1), small(2), top.clone(), top.clone()]),
        ("ones_first", [top.clone(), top.clone(), small(1), small(2)]),
        ("one_of_four", [small(1), top.clone(), small(1), top.clone()]),
        ("second_minuend_p", [small(1), p.clone(), small(1), small(0)]),
    ] {
        let pairs = [(&a0, &b0), (&a1, &b1)];
        let differences = pairs.iter().any(|(a, b)| refusals(a, b, &p, field.words)[1]);
        let products = [(&a0, &b0), (&a1, &b1), (&a0, &b1), (&a1, &b0)];
        let quotients = products.iter().any(|(a, b)| refusals(a, b, &p, field.words)[2]);
        for (index, (operation, code)) in OPERATIONS.into_iter().enumerate() {
            let number = field.first + 3 + index as u64;
            let (a, b) = (vec![a0.clone(), a1.clone()], vec![b0.clone(), b1.clone()]);
            let refusal = if [false, differences, quotients][index] { code } else { "" };
            let body = call(number, field.words, a, b);
            cases.add(&format!("{}_fp2_{operation}_{name}", field.name), refusal, body);
        }
    }
}

fn products(cases: &mut Cases) {
    let one = BigUint::from(1u32);
    let ones = (&one << 256u32) - 1u32;
    let half = &one << 255u32;
    let small = |value: u32| BigUint::from(value);
    for (name, x, y, m) in [
        ("small", small(7), small(9), small(11)),
        ("mod_0", half.clone(), small(3), small(0)),
        ("mod_0_ones", ones.clone(), ones.clone(), small(0)),
        ("mod_1_small", one.clone(), one.clone(), one.clone()),
        ("mod_1_zero", small(0), small(5), one.clone()),
        ("mod_1_ones", ones.clone(), one.clone(), one.clone()),
        ("mod_1_2_256", half.clone(), small(2), one.clone()),
        ("mod_3_ones_3", ones.clone(), small(3), small(3)),
        ("mod_3_ones_4", ones.clone(), small(4), small(3)),
        ("mod_max", ones.clone(), ones.clone(), ones.clone()),
        ("mod_2_255", ones.clone(), ones.clone(), half.clone()),
        ("mod_2_255_half", half.clone(), ones.clone(), half.clone()),
    ] {
        let fits = m == BigUint::default() || &x * &y / &m <= ones;
        let refusal = if fits { "" } else { "quotient" };
        let body = call(UINT256_MUL, 4, vec![x], vec![y, m]);
        cases.add(&format!("uint256_mul_{name}"), refusal, body);
    }
    for (name, number) in [("add", 0x1_0130), ("mul", 0x1_0131)] {
        for (kind, offsets) in [
            ("", [0, 0x20, 0x40, 0x100, 0x120]),
            ("_all_same", [0; 5]),
            ("_d_is_e", [0, 0x20, 0x40, 0x100, 0x100]),
            ("_d_over_e", [0, 0x20, 0x40, 0x100, 0x108]),
            ("_a_over_b", [0, 8, 0x10, 0x18, 0x20]),
        ] {
            cases.add(&format!("uint256_{name}_carry{kind}"), "", |builder| {
                builder.put(0x100, &[u64::MAX; 20]);
                builder.call(number, &offsets.map(|offset| A + offset));
            });
        }
    }
}
