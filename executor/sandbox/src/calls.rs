//! The system calls that are left, by seccomp.

use std::collections::BTreeMap;
use std::os::fd::RawFd;

use libc::{c_int, c_long};
use seccompiler::SeccompCmpArgLen::{Dword, Qword};
use seccompiler::SeccompCmpOp::{Eq, MaskedEq};
use seccompiler::{BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp};
use seccompiler::{SeccompCondition, SeccompFilter, SeccompRule};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
type Rules = BTreeMap<c_long, Vec<SeccompRule>>;
/// Number of an argument, how much of it the kernel reads, comparison, value.
type Condition = (u8, SeccompCmpArgLen, SeccompCmpOp, c_int);

/// What a process is for, which decides what it needs of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Translate and run a program, in one thread.
    Run,
    /// The same with SP1's JIT, whose guest's memory is a file in memory.
    Jit,
    /// Compute, in several threads.
    Compute,
    /// Decode, in one thread.
    Decode,
}

impl Work {
    /// The most threads.
    pub(crate) const fn threads(self) -> u64 {
        if matches!(self, Self::Compute) { 8 } else { 1 }
    }
}

/// Whatever their arguments. They reach nothing but this process.
const ALLOWED: &[c_long] = &[
    libc::SYS_brk,
    libc::SYS_clock_gettime,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_pause,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_sigaltstack,
];

/// From now on every other call ends the process. False: the kernel refused the filter.
pub(crate) fn deny_others(work: Work, answer: RawFd) -> bool {
    filters(work, answer)
        .is_ok_and(|filters| filters.iter().all(|filter| seccompiler::apply_filter(filter).is_ok()))
}

/// To be applied in this order.
fn filters(work: Work, answer: RawFd) -> Result<Vec<BpfProgram>> {
    let mut rules = rules(answer)?;
    let mut filters = Vec::new();
    if matches!(work, Work::Run | Work::Jit) {
        // Translated code is written, and executable only after that.
        let change = rule(&[(2, Qword, Eq, libc::PROT_EXEC | libc::PROT_READ)])?;
        rules.entry(libc::SYS_mprotect).or_default().push(change);
    }
    match work {
        Work::Decode | Work::Run => {}
        Work::Jit => {
            rules.extend(files_in_memory()?);
            rules.entry(libc::SYS_mmap).or_default().push(map_of_a_file()?);
        }
        Work::Compute => {
            let thread = libc::CLONE_THREAD;
            rules.insert(libc::SYS_clone, vec![rule(&[(0, Qword, masked(thread), thread)])?]);
            for call in [libc::SYS_rseq, libc::SYS_set_robust_list, libc::SYS_clone3] {
                rules.insert(call, Vec::new());
            }
            // Its flags are in memory, out of a filter's sight: libc takes clone without it.
            let absent = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
            let clone3 = Rules::from([(libc::SYS_clone3, Vec::new())]);
            filters.push(compile(clone3, SeccompAction::Allow, absent)?);
        }
    }
    filters.push(compile(rules, SeccompAction::KillProcess, SeccompAction::Allow)?);
    Ok(filters)
}

/// Of every work.
fn rules(answer: RawFd) -> Result<Rules> {
    let mut rules: Rules = ALLOWED.iter().map(|&call| (call, Vec::new())).collect();
    let output = [libc::STDOUT_FILENO, libc::STDERR_FILENO, answer];
    let output: Result<_> = output.into_iter().map(|to| rule(&[(0, Dword, Eq, to)])).collect();
    let own = rustix::process::getpid().as_raw_pid();
    let no_code = (2, Qword, masked(libc::PROT_EXEC), 0);
    rules.extend([
        (libc::SYS_read, vec![rule(&[(0, Dword, Eq, libc::STDIN_FILENO)])?]),
        (libc::SYS_write, output?),
        (libc::SYS_mmap, vec![rule(&[no_code.clone(), own_memory()])?]),
        (libc::SYS_mprotect, vec![rule(&[no_code])?]),
        // For abort.
        (libc::SYS_tgkill, vec![rule(&[(0, Dword, Eq, own)])?]),
    ]);
    Ok(rules)
}

/// Flags of memory that counts as this process's data, and as resident for as long as it has it. What
/// is shared is neither once it is unmapped, huge pages of a pool and growing stacks are no data.
fn own_memory() -> Condition {
    let wanted = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    let harmless = libc::MAP_NORESERVE | libc::MAP_STACK;
    (3, Qword, MaskedEq(!u64::from(harmless.unsigned_abs())), wanted)
}

/// Without the right to execute it. An unconstrained block maps it once more, privately.
fn map_of_a_file() -> Result<SeccompRule> {
    let no_code = (2, Qword, masked(libc::PROT_EXEC), 0);
    rule(&[no_code, (3, Qword, masked(libc::MAP_ANONYMOUS), 0)])
}

/// To make a file in memory.
fn files_in_memory() -> Result<Rules> {
    let kept = (1, Dword, Eq, libc::MFD_CLOEXEC as c_int);
    // Of a descriptor: the path is to be empty, but no filter sees that.
    let itself = (2, Dword, Eq, libc::AT_EMPTY_PATH);
    Ok(Rules::from([
        (libc::SYS_memfd_create, vec![rule(&[kept])?]),
        (libc::SYS_ftruncate, Vec::new()),
        (libc::SYS_statx, vec![rule(&[itself])?]),
    ]))
}

/// All conditions together.
fn rule(conditions: &[Condition]) -> Result<SeccompRule> {
    let conditions = conditions.iter().map(|(argument, length, compare, value)| {
        let (length, compare) = (length.clone(), compare.clone());
        SeccompCondition::new(*argument, length, compare, value.unsigned_abs().into())
    });
    Ok(SeccompRule::new(conditions.collect::<std::result::Result<_, _>>()?)?)
}

fn masked(bits: c_int) -> SeccompCmpOp {
    MaskedEq(bits.unsigned_abs().into())
}

fn compile(rules: Rules, others: SeccompAction, these: SeccompAction) -> Result<BpfProgram> {
    let machine = std::env::consts::ARCH.try_into()?;
    Ok(SeccompFilter::new(rules, others, these, machine)?.try_into()?)
}
