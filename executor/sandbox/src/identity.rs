//! Who the process is: descriptors, keyring, user, capabilities.

#![allow(unsafe_code)]

use std::os::fd::RawFd;

use rustix::process::{getpid, getuid};
use rustix::thread::{CapabilitySet, CapabilitySets, UnshareFlags};
use rustix::{io, thread};

/// A range that no distribution gives to anybody, as wide as pids: the user of a process is its own.
const OWN_IDS: u32 = 0x7000_0000;
const MAX_PID: u32 = 1 << 22;
/// In a container that has no such ids: some of those that systemd gives to services.
const FEW_IDS: std::ops::Range<u32> = 61_184..65_280;
const KEYCTL_JOIN_SESSION_KEYRING: libc::c_ulong = 1;

/// Close all descriptors but 0 to 2 and `answer`. Our parent leaves none open; others may.
pub(crate) fn close_others(answer: RawFd) {
    let answer = answer.max(3) as libc::c_uint;
    for (first, last) in [(3, answer - 1), (answer + 1, libc::c_uint::MAX)] {
        if first <= last {
            // SAFETY: no owner of one of these descriptors exists in this program yet.
            unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
        }
    }
}

/// Take an empty session keyring instead of the parent's.
pub(crate) fn leave_session_keyring() {
    let no_name: *const libc::c_char = std::ptr::null();
    // SAFETY: takes a name or a null pointer. Without keyrings it fails: there is none to leave.
    unsafe { libc::syscall(libc::SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, no_name) };
}

/// Become another user, as root, and otherwise nobody in a user namespace: either way the kernel
/// refuses to show this process another one's memory.
pub(crate) fn leave() -> [(&'static str, bool); 2] {
    let own_uid = getuid().is_root() && become_somebody().is_ok();
    // SAFETY: this process has one thread, and no table of descriptors is given up.
    let apart = !own_uid && unsafe { thread::unshare_unsafe(UnshareFlags::NEWUSER) }.is_ok();
    drop_capabilities();
    [("own_uid", own_uid), ("user_namespace", apart)]
}

fn become_somebody() -> io::Result<()> {
    let pid = getpid().as_raw_pid().unsigned_abs();
    // Needs a capability that goes with the user.
    drop_bounding_set();
    thread::set_thread_groups(&[])?;
    become_user(OWN_IDS + pid % MAX_PID)
        .or_else(|_| become_user(FEW_IDS.start + pid % FEW_IDS.len() as u32))
}

fn become_user(id: u32) -> io::Result<()> {
    let (group, user) = (thread::Gid::from_raw(id), thread::Uid::from_raw(id));
    thread::set_thread_res_gid(group, group, group)?;
    thread::set_thread_res_uid(user, user, user)
}

/// All that are held. Failures show in `has_no_capabilities`.
fn drop_capabilities() {
    drop_bounding_set();
    let none = CapabilitySet::empty();
    let sets = CapabilitySets { effective: none, permitted: none, inheritable: none };
    let _ = thread::clear_ambient_capability_set();
    let _ = thread::set_capabilities(None, sets);
}

/// Fails at the first one that the kernel does not know, or that we may not drop.
fn drop_bounding_set() {
    for bit in 0..u64::BITS {
        let capability = CapabilitySet::from_bits_retain(1 << bit);
        if thread::remove_capability_from_bounding_set(capability).is_err() {
            break;
        }
    }
}

pub(crate) fn has_no_capabilities() -> bool {
    thread::capabilities(None)
        .is_ok_and(|held| (held.effective | held.permitted | held.inheritable).is_empty())
}
