//! Ways to files, devices and the parts of the kernel that break-outs begin with.
#![allow(unsafe_code)]

use std::fs::{File, OpenOptions, read_dir, remove_file};
use std::io;

use libc::{c_long, pid_t};

use crate::outcome::{reached_by, result};

const NULL: *const u8 = std::ptr::null();
/// Zeros, more of them than the kernel reads for any of these calls.
const ZEROS: [u64; 32] = [0; 32];

fn call(number: c_long, arguments: [u64; 5]) -> c_long {
    let [a, b, c, d, e] = arguments;
    // SAFETY: each pointer among the arguments is null, no address of a process, or one of constants
    // that the kernel only reads.
    unsafe { libc::syscall(number, a, b, c, d, e) }
}

fn address<T>(value: &T) -> u64 {
    std::ptr::from_ref(value) as u64
}

/// With arguments that are nobody's address and nobody's descriptor.
pub(crate) fn call_by_number(number: c_long) -> io::Result<pid_t> {
    result(call(number, [u64::MAX; 5]))
}

pub(crate) fn read_file(_: pid_t) -> io::Result<pid_t> {
    File::open("/etc/passwd").map(|_| 0)
}

pub(crate) fn write_tmp(parent: pid_t) -> io::Result<pid_t> {
    write(&format!("/tmp/attestor-hostile-{parent}"))
}

pub(crate) fn write_cwd(parent: pid_t) -> io::Result<pid_t> {
    write(&format!("attestor-hostile-{parent}"))
}

fn write(path: &str) -> io::Result<pid_t> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    remove_file(path).map(|()| 0)
}

pub(crate) fn list_directory(_: pid_t) -> io::Result<pid_t> {
    read_dir("/").map(|_| 0)
}

pub(crate) fn open_device_memory(_: pid_t) -> io::Result<pid_t> {
    File::open("/dev/mem").map(|_| 0)
}

pub(crate) fn change_root(_: pid_t) -> io::Result<pid_t> {
    result(call(libc::SYS_chroot, [c"/".as_ptr() as u64, 0, 0, 0, 0]))
}

/// Of a file system that there is not: the kernel looks for it only after it has agreed.
pub(crate) fn mount(_: pid_t) -> io::Result<pid_t> {
    let (none, root) = (c"none".as_ptr() as u64, c"/".as_ptr() as u64);
    reached_by(call(libc::SYS_mount, [none, root, none, 0, 0]), &[libc::ENODEV])
}

pub(crate) fn open_file_system(_: pid_t) -> io::Result<pid_t> {
    result(call(libc::SYS_fsopen, [c"tmpfs".as_ptr() as u64, 0, 0, 0, 0]))
}

pub(crate) fn add_key(_: pid_t) -> io::Result<pid_t> {
    let (kind, name) = (c"user".as_ptr() as u64, c"attestor-hostile".as_ptr() as u64);
    let keyring = libc::KEY_SPEC_PROCESS_KEYRING as i64 as u64;
    result(call(libc::SYS_add_key, [kind, name, name, 1, keyring]))
}

/// An array of 4-byte keys with one element of 8 bytes.
pub(crate) fn bpf(_: pid_t) -> io::Result<pid_t> {
    const MAP_CREATE: u64 = 0;
    let array: [u32; 18] = [2, 4, 8, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    result(call(libc::SYS_bpf, [MAP_CREATE, address(&array), 72, 0, 0]))
}

/// A software clock of this process.
pub(crate) fn perf_event(_: pid_t) -> io::Result<pid_t> {
    let mut attributes = ZEROS;
    attributes[0] = 1 | 64 << 32;
    let any_cpu = u64::MAX;
    result(call(libc::SYS_perf_event_open, [address(&attributes), 0, any_cpu, any_cpu, 0]))
}

pub(crate) fn io_uring(_: pid_t) -> io::Result<pid_t> {
    let mut parameters = ZEROS;
    result(call(libc::SYS_io_uring_setup, [1, std::ptr::from_mut(&mut parameters) as u64, 0, 0, 0]))
}

pub(crate) fn userfaultfd(_: pid_t) -> io::Result<pid_t> {
    result(call(libc::SYS_userfaultfd, [0; 5]))
}

/// Of no bytes: what is in them the kernel looks at only after it has agreed.
pub(crate) fn load_module(_: pid_t) -> io::Result<pid_t> {
    let none = c"".as_ptr() as u64;
    reached_by(call(libc::SYS_init_module, [NULL as u64, 0, none, 0, 0]), &[libc::ENOEXEC])
}

/// No segments: unloads what is not loaded.
pub(crate) fn kexec(_: pid_t) -> io::Result<pid_t> {
    result(call(libc::SYS_kexec_load, [0; 5]))
}

pub(crate) fn shared_memory(_: pid_t) -> io::Result<pid_t> {
    result(call(libc::SYS_shmget, [libc::IPC_PRIVATE as u64, 4096, 0, 0, 0]))
}

pub(crate) fn inotify(_: pid_t) -> io::Result<pid_t> {
    result(call(libc::SYS_inotify_init1, [0; 5]))
}

pub(crate) fn ioctl(_: pid_t) -> io::Result<pid_t> {
    let mut waiting = ZEROS;
    let place = std::ptr::from_mut(&mut waiting) as u64;
    result(call(libc::SYS_ioctl, [0, libc::FIONREAD, place, 0, 0]))
}

/// The entry of 32-bit programs, where the numbers mean other calls.
pub(crate) fn call_32_bit(_: pid_t) -> io::Result<pid_t> {
    const GETPPID: i64 = 64;
    let returned: i64;
    // SAFETY: takes no arguments and writes its result only.
    unsafe {
        std::arch::asm!("int 0x80", inlateout("rax") GETPPID => returned, out("r8") _, out("r9") _,
            out("r10") _, out("r11") _);
    }
    if returned > 0 { Ok(0) } else { Err(io::Error::from_raw_os_error(-returned as i32)) }
}

pub(crate) fn call_x32(_: pid_t) -> io::Result<pid_t> {
    const X32: c_long = 0x4000_0000;
    result(call(X32 | libc::SYS_getppid, [0; 5]))
}

pub(crate) fn become_root(_: pid_t) -> io::Result<pid_t> {
    result(call(libc::SYS_setresuid, [0; 5]))
}

/// Core dumps, to none: what the kernel lets any process set, whatever its limits were.
pub(crate) fn set_limits(_: pid_t) -> io::Result<pid_t> {
    let limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    let core = libc::RLIMIT_CORE;
    result(call(libc::SYS_setrlimit, [core.into(), address(&limit), 0, 0, 0]))
}
