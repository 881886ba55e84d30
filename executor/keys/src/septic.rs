//! The sum of curve points that stands for a program's initial memory.
//!
//! Source: `initial_global_cumulative_sum` of sp1-core-executor's program.rs; the curve is
//! y^2 = x^3 + 45 x + 41 z^3 over F_p[z] / (z^7 - 3 z - 5) (sp1-hypercube, septic_curve.rs). Each
//! word of memory becomes a message, the message a point (`lift`), and points are added (`sum`).

mod field;
mod lift;
mod point;
mod root;
mod sum;

use std::sync::{Mutex, PoisonError};

use crate::kernel::{Kernel, Work};
use crate::lanes::Lanes;
use crate::poseidon2::Constants;
use crate::threads::share;
use field::Frobenius;
use point::Point;

/// Words whose points are kept at a time.
const CHUNK: usize = 4096;
/// Words of a job, enough to make its start and end cheap.
const JOB: usize = 16 * CHUNK;

/// The sum for the words of memory, given as (address, word): x, then y, canonical.
pub(crate) fn memory_sum(kernel: Kernel, memory: &[(u64, u64)]) -> [u32; 14] {
    let (constants, frobenius) = (Constants::new(), Frobenius::new());
    let points = Mutex::new(Vec::new());
    share(memory.chunks(JOB).collect(), |memory| {
        let (constants, frobenius) = (&constants, &frobenius);
        let part = kernel.run(PartialSum { memory, constants, frobenius });
        points.lock().unwrap_or_else(PoisonError::into_inner).extend(part);
    });
    point::final_sum(&points.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// A few points with the same sum as those of `memory`.
struct PartialSum<'a> {
    memory: &'a [(u64, u64)],
    constants: &'a Constants,
    frobenius: &'a Frobenius,
}

impl Work for PartialSum<'_> {
    type Output = Vec<Point>;

    #[inline(always)]
    fn run<T: Lanes>(self) -> Vec<Point> {
        let mut points = Vec::new();
        for chunk in self.memory.chunks(CHUNK) {
            lift::lift::<T>(chunk, self.constants, self.frobenius, &mut points);
            sum::shorten::<T>(&mut points, self.frobenius);
        }
        points
    }
}

#[cfg(test)]
mod tests;
