//! Vectors of 32-bit lanes: the few operations that the kernels are written in.

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
pub(crate) mod portable;

/// The most lanes of any implementation.
pub(crate) const MAX_WIDTH: usize = 16;

/// A vector of `WIDTH` lanes. Arithmetic wraps; "wide" operations take pairs of lanes, the even one
/// low, as one 64-bit number.
///
/// Only `Kernel::run` starts work on a vector type, after it saw that the CPU has what it needs;
/// the implementations rest on that. Whatever is generic over `Lanes` is `inline(always)`, so that
/// it becomes part of a function that is compiled for the instruction set: see `outlined`. For the
/// same reason no closure works on lanes.
pub(crate) trait Lanes: Copy {
    /// A power of two, at most `MAX_WIDTH`.
    const WIDTH: usize;
    /// Run `task` as a function of its own, compiled for this instruction set.
    fn outlined<K: Task>(task: K) -> K::Output;
    fn splat(value: u32) -> Self;
    /// The first `WIDTH` numbers.
    fn load(from: &[u32]) -> Self;
    /// Into the first `WIDTH` places.
    fn store(self, to: &mut [u32]);
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    /// The unsigned minimum.
    fn min(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    /// The low half of each product.
    fn multiply_low(self, other: Self) -> Self;
    /// By fewer than 32 bits, zeros coming in.
    fn shift_right(self, bits: u32) -> Self;
    fn shift_left(self, bits: u32) -> Self;
    /// All ones where equal, else zeros.
    fn equal(self, other: Self) -> Self;
    /// Wide signed products of the even lanes.
    fn multiply_even(self, other: Self) -> Self;
    fn add_wide(self, other: Self) -> Self;
    fn sub_wide(self, other: Self) -> Self;
    /// The odd lanes, moved to the even places; what the odd places hold is unspecified.
    fn odd_to_even(self) -> Self;
    /// The odd lanes of `self` in the even places, the odd lanes of `odd` in theirs.
    fn interleave_odd(self, odd: Self) -> Self;
    /// The same values, of which the compiler knows nothing more, in this place of the program.
    fn pinned(values: [Self; 3]) -> [Self; 3];

    /// Lane l is `from[l * stride]`.
    #[inline(always)]
    fn gather(from: &[u32], stride: usize) -> Self {
        let mut lanes = [0; MAX_WIDTH];
        for (lane, value) in lanes[..Self::WIDTH].iter_mut().zip(from.iter().step_by(stride)) {
            *lane = *value;
        }
        Self::load(&lanes)
    }

    /// The lanes, followed by zeros.
    #[inline(always)]
    fn to_array(self) -> [u32; MAX_WIDTH] {
        let mut lanes = [0; MAX_WIDTH];
        self.store(&mut lanes);
        lanes
    }
}

/// What `Lanes::outlined` calls: a function and its arguments.
pub(crate) trait Task {
    type Output;
    /// Implementations are `inline(always)`.
    fn run(self) -> Self::Output;
}

#[cfg(test)]
mod tests;
