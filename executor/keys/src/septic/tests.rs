use std::sync::Arc;

use slop_algebra::{AbstractField, Field, PrimeField32};
use sp1_core_executor::Program;
use sp1_hypercube::air::MachineProgram;
use sp1_hypercube::septic_extension::SepticExtension;
use sp1_primitives::SP1Field;

use super::field::{Septic, inverse, product, square, to_arrays};
use super::*;
use crate::field::{P, R, R_INVERSE, multiply};
use crate::lanes::MAX_WIDTH;
use crate::random::Random;

type Element = [u32; 7];

fn memory(words: usize) -> Vec<(u64, u64)> {
    let mut random = Random(words as u64);
    (0..words as u64).map(|index| (8 * index + (index << 33), random.number())).collect()
}

/// The sum by SP1's own code.
fn sp1_sum(memory: &[(u64, u64)]) -> [u32; 14] {
    let image = memory.iter().copied().collect();
    let program = Program { memory_image: Arc::new(image), ..Program::default() };
    let sum = MachineProgram::<SP1Field>::initial_global_cumulative_sum(&program).0;
    let words = [sum.x.0, sum.y.0].concat();
    std::array::from_fn(|index| words[index].as_canonical_u32())
}

#[test]
fn sum_is_sp1s_on_every_kernel() {
    for words in [0, 1, 2, 3, 15, 16, 17, 40, 257, CHUNK + 5] {
        let memory = memory(words);
        let expected = sp1_sum(&memory);
        for kernel in Kernel::available() {
            assert_eq!(memory_sum(kernel, &memory), expected, "{words} words, {kernel:?}");
        }
    }
}

#[test]
fn sum_has_no_order_and_sees_every_bit() {
    let mut words = memory(50);
    let before = memory_sum(Kernel::best(), &words);
    words.reverse();
    assert_eq!(memory_sum(Kernel::best(), &words), before);
    for bit in [0, 16, 32, 40, 48, 63] {
        words[7].1 ^= 1 << bit;
        assert_ne!(memory_sum(Kernel::best(), &words), before, "bit {bit}");
        words[7].1 ^= 1 << bit;
    }
}

struct Shortened<'a>(&'a [Point]);

impl Work for Shortened<'_> {
    type Output = (usize, Vec<Point>);

    #[inline(always)]
    fn run<T: Lanes>(self) -> Self::Output {
        let mut points = self.0.to_vec();
        sum::shorten::<T>(&mut points, &Frobenius::new());
        (T::WIDTH, points)
    }
}

struct Lifted<'a>(&'a [(u64, u64)]);

impl Work for Lifted<'_> {
    type Output = Vec<Point>;

    #[inline(always)]
    fn run<T: Lanes>(self) -> Self::Output {
        let mut points = Vec::new();
        lift::lift::<T>(self.0, &Constants::new(), &Frobenius::new(), &mut points);
        points
    }
}

fn opposite(point: &Point) -> Point {
    std::array::from_fn(|index| if index < 7 { point[index] } else { (P - point[index]) % P })
}

#[test]
fn points_with_equal_x_take_the_complete_law() {
    let some = Kernel::best().run(Lifted(&memory(64)));
    let doubled = [some.as_slice(), &some].concat();
    let cancelled: Vec<_> = some.iter().copied().chain(some.iter().map(opposite)).collect();
    let mut one_pair = some.clone();
    one_pair[40] = one_pair[8];
    for (points, name) in [(doubled, "doubled"), (cancelled, "cancelled"), (one_pair, "one pair")] {
        for kernel in Kernel::available() {
            let (_, short) = kernel.run(Shortened(&points));
            assert!(short.len() <= 1, "{name} did not reach the complete law on {kernel:?}");
            assert_eq!(point::final_sum(&short), point::final_sum(&points), "{name}, {kernel:?}");
        }
    }
}

#[test]
fn shortened_points_are_few_and_keep_the_sum() {
    let points = Kernel::best().run(Lifted(&memory(203)));
    for count in [0, 1, 16, 31, 32, 33, 100, 203] {
        for kernel in Kernel::available() {
            let (width, short) = kernel.run(Shortened(&points[..count]));
            assert!(short.len() < 2 * width);
            assert_eq!(point::final_sum(&short), point::final_sum(&points[..count]), "{count}");
        }
    }
}

/// The product of two elements in all lanes, the square of the first, its inverse, and its norm.
struct Arithmetic(Element, Element);

impl Work for Arithmetic {
    type Output = (Element, Element, Element, u32);

    #[inline(always)]
    fn run<T: Lanes>(self) -> Self::Output {
        let (mut a, mut b): (Septic<T>, Septic<T>) = ([T::splat(0); 7], [T::splat(0); 7]);
        for index in 0..7 {
            a[index] = T::splat(multiply(self.0[index], R));
            b[index] = T::splat(multiply(self.1[index], R));
        }
        let (inverse, norm) = inverse(&a, &Frobenius::new());
        let first = |arrays: [[u32; MAX_WIDTH]; 7]| {
            arrays.map(|lanes| {
                assert!(lanes[..T::WIDTH].iter().all(|lane| *lane == lanes[0]));
                multiply(lanes[0], R_INVERSE)
            })
        };
        let (product, square) = (first(to_arrays(&product(&a, &b))), first(to_arrays(&square(&a))));
        (product, square, first(to_arrays(&inverse)), norm.to_array()[0])
    }
}

#[test]
fn products_and_inverses_are_sp1s_on_every_kernel() {
    let mut random = Random(9);
    let extension = |words: Element| SepticExtension(words.map(SP1Field::from_canonical_u32));
    let canonical = |element: SepticExtension<SP1Field>| element.0.map(|w| w.as_canonical_u32());
    for round in 0..50 {
        let mut a: Element = std::array::from_fn(|_| random.element());
        let b: Element = std::array::from_fn(|_| random.element());
        // The ends of what centred coefficients can be.
        match round {
            0 => a = [0; 7],
            1 => a = [P / 2; 7],
            2 => a = [P / 2 + 1; 7],
            3 => a = [P - 1; 7],
            _ => {}
        }
        let inverse = extension(a).try_inverse();
        for kernel in Kernel::available() {
            let (product, square, our_inverse, norm) = kernel.run(Arithmetic(a, b));
            assert_eq!(product, canonical(extension(a) * extension(b)), "{kernel:?}");
            assert_eq!(square, canonical(extension(a) * extension(a)), "{a:?} {kernel:?}");
            assert_eq!(norm == 0, inverse.is_none());
            assert_eq!(our_inverse, inverse.map_or([0; 7], canonical), "{a:?} {kernel:?}");
        }
    }
}
