//! Ways to other processes and programs, and to stay when this one ends.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::ptr;

use libc::{c_int, c_long, pid_t};

use crate::outcome::result;

const NAMESPACE: c_int = libc::CLONE_NEWUSER;

pub(crate) fn fork(_: pid_t) -> io::Result<pid_t> {
    // SAFETY: the child ends at once.
    unsafe { end_child(libc::syscall(libc::SYS_fork)) }
}

pub(crate) fn vfork(_: pid_t) -> io::Result<pid_t> {
    clone(libc::CLONE_VFORK)
}

pub(crate) fn clone_namespace(_: pid_t) -> io::Result<pid_t> {
    clone(NAMESPACE)
}

fn clone(flags: c_int) -> io::Result<pid_t> {
    // SAFETY: without CLONE_VM the child has its own memory; it ends at once.
    unsafe { end_child(libc::syscall(libc::SYS_clone, flags | libc::SIGCHLD, 0, 0, 0, 0)) }
}

pub(crate) fn clone3(_: pid_t) -> io::Result<pid_t> {
    let mut arguments = [0_u64; 8];
    arguments[4] = libc::SIGCHLD as u64;
    // SAFETY: `arguments` is live and as long as said; the child ends at once.
    unsafe {
        end_child(libc::syscall(libc::SYS_clone3, arguments.as_ptr(), size_of_val(&arguments)))
    }
}

/// SAFETY: `returned` is what a call that made a process gave back.
unsafe fn end_child(returned: c_long) -> io::Result<pid_t> {
    if returned == 0 {
        // SAFETY: ends the child.
        unsafe { libc::_exit(0) }
    }
    result(returned)
}

/// A grandchild in a session of its own, without our pipes.
pub(crate) fn outlive(_: pid_t) -> io::Result<pid_t> {
    let mut ends = [0; 2];
    // SAFETY: `ends` is live; the child and the grandchild call only what may be called there.
    unsafe {
        result(libc::pipe(ends.as_mut_ptr()).into())?;
        let child = libc::fork();
        result(child.into())?;
        if child == 0 {
            libc::setsid();
            let grandchild = libc::fork();
            if grandchild == 0 {
                (0..16).for_each(|descriptor| _ = libc::close(descriptor));
                libc::sleep(60);
            } else {
                libc::write(ends[1], (&raw const grandchild).cast(), size_of::<pid_t>());
            }
            libc::_exit(0);
        }
        let mut left_behind: pid_t = 0;
        let length = size_of::<pid_t>();
        let read = libc::read(ends[0], (&raw mut left_behind).cast(), length);
        result(read as c_long).map(|_| left_behind)
    }
}

/// Ends this process with status 0 and without an answer, if it may.
pub(crate) fn exec(_: pid_t) -> io::Result<pid_t> {
    let arguments = [c"/bin/true".as_ptr(), ptr::null()];
    // SAFETY: the arguments are strings, and end with a null pointer.
    result(unsafe { libc::execv(arguments[0], arguments.as_ptr()) }.into())
}

pub(crate) fn exec_from_memory(_: pid_t) -> io::Result<pid_t> {
    let arguments = [c"true".as_ptr(), ptr::null()];
    // SAFETY: the arguments are strings, and end with a null pointer.
    unsafe {
        let file = libc::memfd_create(c"hostile".as_ptr(), 0);
        result(file.into())?;
        io::copy(
            &mut File::open("/bin/true")?,
            &mut File::options().write(true).open(format!("/proc/self/fd/{file}"))?,
        )?;
        result(libc::fexecve(file, arguments.as_ptr(), arguments[1..].as_ptr()).into())
    }
}

pub(crate) fn unshare(_: pid_t) -> io::Result<pid_t> {
    // SAFETY: this process has one thread.
    result(unsafe { libc::unshare(NAMESPACE) }.into())
}

pub(crate) fn join_namespace(parent: pid_t) -> io::Result<pid_t> {
    let namespace = File::open(format!("/proc/{parent}/ns/mnt"))?;
    let descriptor = std::os::fd::AsRawFd::as_raw_fd(&namespace);
    // SAFETY: the descriptor is open.
    result(unsafe { libc::setns(descriptor, libc::CLONE_NEWNS) }.into())
}
