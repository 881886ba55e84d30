//! Jobs shared among a few threads.

use std::sync::{Mutex, PoisonError};
use std::thread;

use rustix::thread::sched_getaffinity;

/// A key has four big jobs; more threads would only reserve address space.
const MAX_THREADS: usize = 4;

/// Do all `jobs`, in any order. This thread takes part: when the system gives no others, it does
/// them all. A panic in a job reaches the caller.
pub(crate) fn share<J: Send>(jobs: Vec<J>, work: impl Fn(J) + Sync) {
    let others = processors().min(MAX_THREADS).min(jobs.len()).saturating_sub(1);
    let jobs = Mutex::new(jobs);
    let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let run = || {
        while let Some(job) = next() {
            work(job);
        }
    };
    thread::scope(|scope| {
        for _ in 0..others {
            // An error means that no thread could be made, which only costs time.
            let _ = thread::Builder::new().spawn_scoped(scope, run);
        }
        run();
    });
}

/// Those that this process may use. `thread::available_parallelism` would read files, which a
/// process that computes a key may not.
fn processors() -> usize {
    sched_getaffinity(None).map_or(1, |set| set.count() as usize)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::share;

    #[test]
    fn every_job_is_done_once() {
        for count in [0, 1, 2, 100] {
            let sum = AtomicU64::new(0);
            share((1..=count).collect(), |job| {
                sum.fetch_add(job, Ordering::Relaxed);
            });
            assert_eq!(sum.into_inner(), count * (count + 1) / 2);
        }
    }

    #[test]
    #[should_panic(expected = "job")]
    fn panic_of_the_only_job_reaches_the_caller() {
        share(vec![()], |()| panic!("of a job"));
    }
}
