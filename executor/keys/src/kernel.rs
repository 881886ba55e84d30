//! Which instruction set the computation runs on.

use std::marker::PhantomData;

use crate::lanes::portable::Portable;
use crate::lanes::{Lanes, Task};
#[cfg(target_arch = "x86_64")]
use crate::lanes::{avx2::Avx2, avx512::Avx512};

/// A piece of work that is written once for all vector types.
pub(crate) trait Work {
    type Output;
    /// Implementations are `inline(always)`.
    fn run<T: Lanes>(self) -> Self::Output;
}

/// An instruction set that this CPU has. All give the same keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel(Set);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

/// `W` on the vector type `T`.
struct On<T, W>(W, PhantomData<T>);

impl<T: Lanes, W: Work> Task for On<T, W> {
    type Output = W::Output;

    #[inline(always)]
    fn run(self) -> W::Output {
        self.0.run::<T>()
    }
}

impl Kernel {
    /// The fastest kernel of this CPU.
    pub fn best() -> Self {
        Self::available()[0]
    }

    /// All kernels of this CPU, the fastest first. There is always the portable one.
    pub fn available() -> Vec<Self> {
        let mut kernels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                kernels.push(Self(Set::Avx512));
            }
            if is_x86_feature_detected!("avx2") {
                kernels.push(Self(Set::Avx2));
            }
        }
        kernels.push(Self(Set::Portable));
        kernels
    }

    /// The kernel's name in answers: avx512, avx2 or portable.
    pub const fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "avx2",
            Set::Portable => "portable",
        }
    }

    /// Run `work` on this kernel's vectors. A `Kernel` exists only for sets that were detected.
    pub(crate) fn run<W: Work>(self, work: W) -> W::Output {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => Avx512::outlined(On::<Avx512, W>(work, PhantomData)),
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => Avx2::outlined(On::<Avx2, W>(work, PhantomData)),
            Set::Portable => Portable::outlined(On::<Portable, W>(work, PhantomData)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portable_kernel_is_the_last_resort_and_names_are_distinct() {
        let names: Vec<_> = Kernel::available().into_iter().map(Kernel::name).collect();

        assert_eq!(names.last(), Some(&"portable"));
        assert_eq!(Kernel::best().name(), names[0]);
        let known = ["avx512", "avx2", "portable"];
        assert!(names.iter().all(|name| known.contains(name)));
        assert!(names.is_sorted_by_key(|name| known.iter().position(|other| other == name)));
    }
}
