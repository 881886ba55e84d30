//! The CPU time of this thread.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;
use std::time::Duration;

/// What this thread has taken so far; zero where the host does not tell.
pub(super) fn thread_cpu_time() -> Duration {
    let mut time = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: the call writes a timespec, of which zeros are a valid one.
    let time = unsafe {
        libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, time.as_mut_ptr());
        time.assume_init()
    };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
