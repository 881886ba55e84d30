//! Lanes in plain Rust, for machines without AVX2.

use super::{Lanes, Task};

const WIDTH: usize = 4;

#[derive(Clone, Copy)]
pub(crate) struct Portable([u32; WIDTH]);

impl Portable {
    #[inline(always)]
    fn zip(self, other: Self, operation: impl Fn(u32, u32) -> u32) -> Self {
        Self(std::array::from_fn(|lane| operation(self.0[lane], other.0[lane])))
    }

    #[inline(always)]
    fn zip_wide(self, other: Self, operation: impl Fn(u64, u64) -> u64) -> Self {
        let wide = |lanes: [u32; WIDTH], even: usize| {
            u64::from(lanes[even]) | u64::from(lanes[even + 1]) << 32
        };
        let mut result = [0; WIDTH];
        for even in (0..WIDTH).step_by(2) {
            let value = operation(wide(self.0, even), wide(other.0, even));
            result[even] = value as u32;
            result[even + 1] = (value >> 32) as u32;
        }
        Self(result)
    }
}

impl Lanes for Portable {
    const WIDTH: usize = WIDTH;

    #[inline(always)]
    fn outlined<K: Task>(task: K) -> K::Output {
        #[inline(never)]
        fn run<K: Task>(task: K) -> K::Output {
            task.run()
        }
        run(task)
    }

    #[inline(always)]
    fn splat(value: u32) -> Self {
        Self([value; WIDTH])
    }

    #[inline(always)]
    fn load(from: &[u32]) -> Self {
        Self(std::array::from_fn(|lane| from[lane]))
    }

    #[inline(always)]
    fn store(self, to: &mut [u32]) {
        to[..WIDTH].copy_from_slice(&self.0);
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, u32::wrapping_add)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, u32::wrapping_sub)
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        self.zip(other, u32::min)
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    #[inline(always)]
    fn multiply_low(self, other: Self) -> Self {
        self.zip(other, u32::wrapping_mul)
    }

    #[inline(always)]
    fn shift_right(self, bits: u32) -> Self {
        Self(self.0.map(|lane| lane >> bits))
    }

    #[inline(always)]
    fn shift_left(self, bits: u32) -> Self {
        Self(self.0.map(|lane| lane << bits))
    }

    #[inline(always)]
    fn equal(self, other: Self) -> Self {
        self.zip(other, |a, b| if a == b { u32::MAX } else { 0 })
    }

    #[inline(always)]
    fn multiply_even(self, other: Self) -> Self {
        let signed = |wide: u64| i64::from(wide as u32 as i32);
        self.zip_wide(other, |a, b| (signed(a) * signed(b)).cast_unsigned())
    }

    #[inline(always)]
    fn add_wide(self, other: Self) -> Self {
        self.zip_wide(other, u64::wrapping_add)
    }

    #[inline(always)]
    fn sub_wide(self, other: Self) -> Self {
        self.zip_wide(other, u64::wrapping_sub)
    }

    #[inline(always)]
    fn odd_to_even(self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane | 1]))
    }

    #[inline(always)]
    fn interleave_odd(self, odd: Self) -> Self {
        Self([self.0[1], odd.0[1], self.0[3], odd.0[3]])
    }

    #[inline(always)]
    fn pinned(values: [Self; 3]) -> [Self; 3] {
        values
    }
}
