//! ED_ADD and ED_DECOMPRESS on ed25519: -x^2 + y^2 = 1 + D x^2 y^2 modulo 2^255 - 19.

use crate::arguments::Arguments;
use crate::field::Field;
use crate::fold;
use crate::inverse::Inverter;
use crate::limbs::subtract_if_not_less;
use crate::memory::{Fault, GuestMemory, check_aligned, read, read_pair};
use crate::rule::Rule;

const MODULUS: [u64; 4] = [0xffff_ffff_ffff_ffed, u64::MAX, u64::MAX, 0x7fff_ffff_ffff_ffff];
/// 2^256 modulo the prime.
const FOLD: u64 = 38;
const INVERTER: Inverter<4> = Inverter::new(MODULUS);
const ONE: [u64; 4] = [1, 0, 0, 0];
/// -121665 / 121666.
const D: [u64; 4] =
    [0x75eb_4dca_1359_78a3, 0x0070_0a4d_4141_d8ab, 0x8cc7_4079_7779_e898, 0x5203_6cee_2b6f_fe73];
/// The even square root of -1.
const ROOT_OF_MINUS_ONE: [u64; 4] =
    [0xc4ee_1b27_4a0e_a0b0, 0x2f43_1806_ad2f_e478, 0x2b4d_0099_3dfb_d7a7, 0x2b83_2480_4fc1_df0b];
/// (prime + 3) / 8 = 2^252 - 2.
const ROOT_EXPONENT: [u64; 4] = [u64::MAX - 1, u64::MAX, u64::MAX, 0x0fff_ffff_ffff_ffff];

type Point = [[u64; 4]; 2];

pub(crate) struct Base;

impl Field<4> for Base {
    const MODULUS: [u64; 4] = MODULUS;

    #[inline(always)]
    fn enter(a: &[u64; 4]) -> [u64; 4] {
        *a
    }

    #[inline(always)]
    fn multiply(a: &[u64; 4], b: &[u64; 4]) -> [u64; 4] {
        // Modulo twice the prime.
        subtract_if_not_less(fold::multiply(a, b, FOLD), false, &MODULUS)
    }

    #[inline(always)]
    fn square(a: &[u64; 4]) -> [u64; 4] {
        subtract_if_not_less(fold::square(a, FOLD), false, &MODULUS)
    }

    fn invert(a: &[u64; 4]) -> [u64; 4] {
        INVERTER.invert(a)
    }
}

/// Add the point at `a1` to the one at `a0`.
pub(crate) fn add(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    check_aligned(&[arguments.a0, arguments.a1])?;
    let p = read_pair(memory, arguments.a0)?;
    let q = read_pair(memory, arguments.a1)?;
    check_point(&p)?;
    check_point(&q)?;
    memory.write_words(arguments.a0, sum(&p, &q).as_flattened())
}

/// Write to `a0` the x of the point whose y is 32 bytes further and whose sign is `a1`.
pub(crate) fn decompress(memory: &mut dyn GuestMemory, arguments: &Arguments) -> Result<(), Fault> {
    check_aligned(&[arguments.a0])?;
    if arguments.a1 > 1 {
        return Err(Fault::Refused("ED_DECOMPRESS takes 0 or 1 as its second argument"));
    }
    let y = read(memory, arguments.a0.wrapping_add(32))?;
    let [x, _] = recover(y, arguments.a1 == 1)?;
    memory.write_words(arguments.a0, &x)
}

/// The even square root, if there is one. `a` is reduced.
pub(crate) fn square_root(a: &[u64; 4]) -> Option<[u64; 4]> {
    let candidate = Base::power(a, &ROOT_EXPONENT);
    let square = Base::square(&candidate);
    let root = if square == *a {
        candidate
    } else if square == negate(a) {
        Base::product(&candidate, &ROOT_OF_MINUS_ONE)
    } else {
        return None;
    };
    Some(if root[0] & 1 == 1 { negate(&root) } else { root })
}

/// SP1's executor keeps y and the parity of x, and finds x anew, where the circuit takes x as it is:
/// both add the same only for reduced coordinates of a point of the curve.
fn check_point([x, y]: &Point) -> Result<(), Fault> {
    if !Base::is_reduced(x) || !Base::is_reduced(y) {
        return Err(Rule::Unreduced.into());
    }
    if is_on_curve(x, y) { Ok(()) } else { Err(Rule::OffCurve.into()) }
}

fn is_on_curve(x: &[u64; 4], y: &[u64; 4]) -> bool {
    let (xx, yy) = (Base::square(x), Base::square(y));
    let right = Base::add(&ONE, &Base::product(&D, &Base::product(&xx, &yy)));
    Base::subtract(&yy, &xx) == right
}

/// The point with this y and with the odd or the even x.
fn recover(y: [u64; 4], odd: bool) -> Result<Point, Fault> {
    if !Base::is_reduced(&y) {
        return Err(Rule::Unreduced.into());
    }
    let yy = Base::square(&y);
    let numerator = Base::subtract(&yy, &ONE);
    // Never 0, as -1 / D is no square.
    let denominator = Base::add(&Base::product(&D, &yy), &ONE);
    let square = Base::product(&numerator, &Base::invert(&denominator));
    let root = square_root(&square).ok_or(Fault::Refused("no point of ed25519 has this y"))?;
    Ok([if odd { negate(&root) } else { root }, y])
}

/// The sum of two points of the curve, which may be equal: the formula is complete.
fn sum([x1, y1]: &Point, [x2, y2]: &Point) -> Point {
    let (xx, yy) = (Base::product(x1, x2), Base::product(y1, y2));
    let (xy, yx) = (Base::product(x1, y2), Base::product(y1, x2));
    let product = Base::product(&D, &Base::product(&xx, &yy));
    let (below_x, below_y) = (Base::add(&ONE, &product), Base::subtract(&ONE, &product));
    // One inversion for both denominators.
    let inverse = Base::invert(&Base::product(&below_x, &below_y));
    let x = Base::product(&Base::add(&xy, &yx), &Base::product(&below_y, &inverse));
    let y = Base::product(&Base::add(&yy, &xx), &Base::product(&below_x, &inverse));
    [x, y]
}

fn negate(a: &[u64; 4]) -> [u64; 4] {
    Base::subtract(&[0; 4], a)
}
