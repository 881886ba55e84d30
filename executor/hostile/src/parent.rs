//! Ways to the memory, the descriptors and the life of the process that started this one.
#![allow(unsafe_code)]

use std::fs::{File, OpenOptions, read_dir};
use std::io::{self, Read};

use libc::{c_long, pid_t};

use crate::outcome::{reached_by, result};

pub(crate) fn read_memory(parent: pid_t) -> io::Result<pid_t> {
    File::open(format!("/proc/{parent}/mem")).map(|_| 0)
}

pub(crate) fn write_memory(parent: pid_t) -> io::Result<pid_t> {
    OpenOptions::new().write(true).open(format!("/proc/{parent}/mem")).map(|_| 0)
}

pub(crate) fn read_environment(parent: pid_t) -> io::Result<pid_t> {
    read(parent, "environ")
}

pub(crate) fn read_mappings(parent: pid_t) -> io::Result<pid_t> {
    read(parent, "maps")
}

fn read(parent: pid_t, name: &str) -> io::Result<pid_t> {
    let mut byte = [0];
    File::open(format!("/proc/{parent}/{name}"))?.read_exact(&mut byte).map(|()| 0)
}

/// What its descriptors lead to, its database and its pipes among them.
pub(crate) fn open_descriptor(parent: pid_t) -> io::Result<pid_t> {
    let first = read_dir(format!("/proc/{parent}/fd"))?.next().ok_or(io::ErrorKind::NotFound)?;
    std::fs::read_link(first?.path()).map(|_| 0)
}

pub(crate) fn enter_root(parent: pid_t) -> io::Result<pid_t> {
    read_dir(format!("/proc/{parent}/root")).map(|_| 0)
}

pub(crate) fn take_descriptor(parent: pid_t) -> io::Result<pid_t> {
    // SAFETY: the calls take numbers only.
    unsafe {
        let process = libc::syscall(libc::SYS_pidfd_open, parent, 0);
        result(process)?;
        result(libc::syscall(libc::SYS_pidfd_getfd, process, 0, 0))
    }
}

pub(crate) fn trace(parent: pid_t) -> io::Result<pid_t> {
    // SAFETY: attaches without stopping; it ends with this process.
    result(unsafe { libc::ptrace(libc::PTRACE_SEIZE, parent, 0, 0) })
}

pub(crate) fn vm_read(parent: pid_t) -> io::Result<pid_t> {
    vm(libc::SYS_process_vm_readv, parent)
}

pub(crate) fn vm_write(parent: pid_t) -> io::Result<pid_t> {
    vm(libc::SYS_process_vm_writev, parent)
}

/// Of an address that nobody has: the kernel looks for it only after it has agreed.
fn vm(call: c_long, parent: pid_t) -> io::Result<pid_t> {
    let mut byte = [0_u8];
    let here = libc::iovec { iov_base: byte.as_mut_ptr().cast(), iov_len: 1 };
    let there = libc::iovec { iov_base: std::ptr::null_mut(), iov_len: 1 };
    // SAFETY: one live element each; the bytes of `there` are not of this process.
    let returned =
        unsafe { libc::syscall(call, parent, &raw const here, 1, &raw const there, 1, 0) };
    reached_by(returned, &[libc::EFAULT])
}

pub(crate) fn change_limits(parent: pid_t) -> io::Result<pid_t> {
    let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `old` is live; nothing is set.
    let returned =
        unsafe { libc::prlimit(parent, libc::RLIMIT_NOFILE, std::ptr::null(), &raw mut old) };
    result(returned.into())
}

/// To what it is already.
pub(crate) fn change_priority(parent: pid_t) -> io::Result<pid_t> {
    let process = parent.cast_unsigned();
    // SAFETY: the calls take numbers only.
    unsafe {
        let now = libc::getpriority(libc::PRIO_PROCESS, process);
        result(libc::setpriority(libc::PRIO_PROCESS, process, now).into())
    }
}

/// Signal 0: the kernel checks whether it might be sent, and sends nothing.
pub(crate) fn signal(parent: pid_t) -> io::Result<pid_t> {
    // SAFETY: the call takes numbers only.
    result(unsafe { libc::kill(parent, 0) }.into())
}
