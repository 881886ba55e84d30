use super::*;
use crate::kernel::{Kernel, Work};
use crate::random::Random;

/// All operations on two vectors; the results of wide products as they lie in memory.
struct Operations([u32; MAX_WIDTH], [u32; MAX_WIDTH], u32);

impl Work for Operations {
    type Output = (usize, Vec<[u32; MAX_WIDTH]>);

    #[inline(always)]
    fn run<T: Lanes>(self) -> Self::Output {
        let (a, b, bits) = (T::load(&self.0), T::load(&self.1), self.2);
        let results = [
            a.add(b),
            a.sub(b),
            a.min(b),
            a.and(b),
            a.multiply_low(b),
            a.shift_right(bits),
            a.shift_left(bits),
            a.equal(b),
            a.multiply_even(b),
            a.add_wide(b),
            a.sub_wide(b),
            a.interleave_odd(b),
            a.odd_to_even().multiply_even(b.odd_to_even()),
            T::splat(bits),
            T::pinned([a, b, b])[0],
            T::pinned([a, b, a])[1],
            T::pinned([a, a, b])[2],
        ];
        let mut arrays = Vec::new();
        for result in results {
            arrays.push(result.to_array());
        }
        (T::WIDTH, arrays)
    }
}

fn by_lane(a: &[u32], b: &[u32], operation: impl Fn(u32, u32) -> u32) -> Vec<u32> {
    a.iter().zip(b).map(|(a, b)| operation(*a, *b)).collect()
}

fn by_pair(a: &[u32], b: &[u32], operation: impl Fn([u32; 2], [u32; 2]) -> u64) -> Vec<u32> {
    let pairs = a.as_chunks::<2>().0.iter().zip(b.as_chunks::<2>().0);
    pairs
        .flat_map(|(a, b)| {
            let wide = operation(*a, *b);
            [wide as u32, (wide >> 32) as u32]
        })
        .collect()
}

fn wide(pair: [u32; 2]) -> u64 {
    u64::from(pair[0]) | u64::from(pair[1]) << 32
}

fn signed_product(a: u32, b: u32) -> u64 {
    (i64::from(a.cast_signed()) * i64::from(b.cast_signed())).cast_unsigned()
}

fn expected(a: &[u32], b: &[u32], bits: u32) -> Vec<Vec<u32>> {
    vec![
        by_lane(a, b, u32::wrapping_add),
        by_lane(a, b, u32::wrapping_sub),
        by_lane(a, b, u32::min),
        by_lane(a, b, |a, b| a & b),
        by_lane(a, b, u32::wrapping_mul),
        by_lane(a, b, |a, _| a >> bits),
        by_lane(a, b, |a, _| a << bits),
        by_lane(a, b, |a, b| if a == b { u32::MAX } else { 0 }),
        by_pair(a, b, |a, b| signed_product(a[0], b[0])),
        by_pair(a, b, |a, b| wide(a).wrapping_add(wide(b))),
        by_pair(a, b, |a, b| wide(a).wrapping_sub(wide(b))),
        by_pair(a, b, |a, b| wide([a[1], b[1]])),
        by_pair(a, b, |a, b| signed_product(a[1], b[1])),
        vec![bits; a.len()],
        a.to_vec(),
        b.to_vec(),
        b.to_vec(),
    ]
}

#[test]
fn operations_are_as_defined_on_every_kernel() {
    let mut random = Random(1);
    for bits in 0..32 {
        let mut numbers = [[0; MAX_WIDTH]; 2];
        for number in numbers.as_flattened_mut() {
            // Full words, and words of all ones or zeros but for a few bits.
            let shift = 32 * (random.number() % 2) as u32 + (random.number() % 30) as u32;
            *number = (random.number().cast_signed() >> shift) as u32;
        }
        numbers[1][bits as usize % 4] = numbers[0][bits as usize % 4];
        for kernel in Kernel::available() {
            let (width, results) = kernel.run(Operations(numbers[0], numbers[1], bits));
            let expected = expected(&numbers[0][..width], &numbers[1][..width], bits);
            for (index, (result, expected)) in results.iter().zip(expected).enumerate() {
                assert_eq!(result[..width], expected, "operation {index} on {kernel:?}");
                assert!(result[width..].iter().all(|lane| *lane == 0));
            }
        }
    }
}

struct Gather<'a>(&'a [u32], usize);

impl Work for Gather<'_> {
    type Output = (usize, [u32; MAX_WIDTH]);

    #[inline(always)]
    fn run<T: Lanes>(self) -> Self::Output {
        (T::WIDTH, T::gather(self.0, self.1).to_array())
    }
}

#[test]
fn gather_takes_every_stride_th_number() {
    let numbers: Vec<u32> = (100..400).collect();
    for kernel in Kernel::available() {
        for stride in [1, 2, 7, 16] {
            let (width, lanes) = kernel.run(Gather(&numbers, stride));
            for (lane, value) in lanes[..width].iter().enumerate() {
                assert_eq!(*value, numbers[lane * stride]);
            }
        }
    }
}
