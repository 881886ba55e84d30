//! Ways to executable memory, to memory that no limit counts, and to be looked into.
#![allow(unsafe_code)]

use std::io;
use std::ptr;

use libc::{c_int, pid_t};

use crate::outcome::result;

const ALL: c_int = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
const PAGE: usize = 4096;

pub(crate) fn become_dumpable(_: pid_t) -> io::Result<pid_t> {
    // SAFETY: the call takes numbers only.
    result(unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 1, 0, 0, 0) }.into())
}

pub(crate) fn personality(_: pid_t) -> io::Result<pid_t> {
    // SAFETY: concerns mappings to come.
    result(unsafe { libc::personality(libc::READ_IMPLIES_EXEC as libc::c_ulong) }.into())
}

pub(crate) fn map_writable_executable(_: pid_t) -> io::Result<pid_t> {
    map(ALL).map(|_| 0)
}

pub(crate) fn map_executable(_: pid_t) -> io::Result<pid_t> {
    map(libc::PROT_READ | libc::PROT_EXEC).map(|_| 0)
}

pub(crate) fn protect_writable_executable(_: pid_t) -> io::Result<pid_t> {
    let page = map(libc::PROT_READ | libc::PROT_WRITE)?;
    // SAFETY: the page is ours.
    result(unsafe { libc::mprotect(page, PAGE, ALL) }.into())
}

/// What was written, never to be written again.
pub(crate) fn make_code(_: pid_t) -> io::Result<pid_t> {
    let page = map(libc::PROT_READ | libc::PROT_WRITE)?;
    // SAFETY: the page is ours.
    result(unsafe { libc::mprotect(page, PAGE, libc::PROT_READ | libc::PROT_EXEC) }.into())
}

/// No limit of a process counts it, and what is not mapped any more the parent does not see.
pub(crate) fn map_shared(_: pid_t) -> io::Result<pid_t> {
    map_as(libc::MAP_SHARED | libc::MAP_ANONYMOUS, libc::PROT_READ | libc::PROT_WRITE).map(|_| 0)
}

/// A stack, which is no data.
pub(crate) fn map_growing(_: pid_t) -> io::Result<pid_t> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_GROWSDOWN;
    map_as(flags, libc::PROT_READ | libc::PROT_WRITE).map(|_| 0)
}

/// Out of the machine's pool, if it has one.
pub(crate) fn map_huge(_: pid_t) -> io::Result<pid_t> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_HUGETLB;
    map_as(flags, libc::PROT_READ | libc::PROT_WRITE).map(|_| 0)
}

pub(crate) fn protection_key(_: pid_t) -> io::Result<pid_t> {
    let page = map(libc::PROT_READ | libc::PROT_WRITE)?;
    // SAFETY: the page is ours.
    result(unsafe { libc::syscall(libc::SYS_pkey_mprotect, page, PAGE, ALL, -1) })
}

fn map(access: c_int) -> io::Result<*mut libc::c_void> {
    map_as(libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, access)
}

fn map_as(flags: c_int, access: c_int) -> io::Result<*mut libc::c_void> {
    // SAFETY: a new mapping at an address that the kernel chooses.
    let page = unsafe { libc::mmap(ptr::null_mut(), PAGE, access, flags, -1, 0) };
    if page == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(page) }
}
