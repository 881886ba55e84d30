//! The ways out, by name.

use std::io;

use libc::pid_t;

use crate::{kernel, memory, network, parent, processes};

/// The parent's pid: the pid of a process left behind, or 0. An error: the way is closed.
pub(crate) type Try = fn(pid_t) -> io::Result<pid_t>;

pub(crate) struct Attempt {
    pub(crate) name: &'static str,
    pub(crate) try_it: Try,
}

const fn attempt(name: &'static str, try_it: Try) -> Attempt {
    Attempt { name, try_it }
}

pub(crate) const ALL: &[Attempt] = &[
    attempt("parent_memory_read", parent::read_memory),
    attempt("parent_memory_write", parent::write_memory),
    attempt("parent_environment", parent::read_environment),
    attempt("parent_mappings", parent::read_mappings),
    attempt("parent_descriptor_opened", parent::open_descriptor),
    attempt("parent_descriptor_taken", parent::take_descriptor),
    attempt("parent_root_directory", parent::enter_root),
    attempt("parent_traced", parent::trace),
    attempt("parent_vm_read", parent::vm_read),
    attempt("parent_vm_write", parent::vm_write),
    attempt("parent_limits", parent::change_limits),
    attempt("parent_priority", parent::change_priority),
    attempt("parent_signal", parent::signal),
    attempt("file_read", kernel::read_file),
    attempt("file_write_tmp", kernel::write_tmp),
    attempt("file_write_cwd", kernel::write_cwd),
    attempt("file_list", kernel::list_directory),
    attempt("device_memory", kernel::open_device_memory),
    attempt("chroot", kernel::change_root),
    attempt("mount", kernel::mount),
    attempt("mount_new_api", kernel::open_file_system),
    attempt("keyring", kernel::add_key),
    attempt("bpf", kernel::bpf),
    attempt("perf_event", kernel::perf_event),
    attempt("io_uring", kernel::io_uring),
    attempt("userfaultfd", kernel::userfaultfd),
    attempt("module", kernel::load_module),
    attempt("kexec", kernel::kexec),
    attempt("shared_memory", kernel::shared_memory),
    attempt("inotify", kernel::inotify),
    attempt("ioctl", kernel::ioctl),
    attempt("compat_call", kernel::call_32_bit),
    attempt("x32_call", kernel::call_x32),
    attempt("root_again", kernel::become_root),
    attempt("limits_set", kernel::set_limits),
    attempt("tcp_connect", network::tcp_connect),
    attempt("tcp_listen", network::tcp_listen),
    attempt("udp_send", network::udp_send),
    attempt("unix_socket", network::unix_socket),
    attempt("abstract_socket", network::abstract_socket),
    attempt("netlink", network::netlink),
    attempt("socket_pair", network::socket_pair),
    attempt("fork", processes::fork),
    attempt("vfork", processes::vfork),
    attempt("clone_namespace", processes::clone_namespace),
    attempt("clone3", processes::clone3),
    attempt("setsid_grandchild", processes::outlive),
    attempt("exec", processes::exec),
    attempt("memfd_exec", processes::exec_from_memory),
    attempt("unshare", processes::unshare),
    attempt("join_namespace", processes::join_namespace),
    attempt("dumpable", memory::become_dumpable),
    attempt("personality", memory::personality),
    attempt("map_writable_executable", memory::map_writable_executable),
    attempt("map_executable", memory::map_executable),
    attempt("protect_writable_executable", memory::protect_writable_executable),
    attempt("map_shared", memory::map_shared),
    attempt("map_growing", memory::map_growing),
    attempt("map_huge", memory::map_huge),
    attempt("protection_key", memory::protection_key),
];

/// In no list: no attempt, for what starting a process and its walls cost; and what a process that
/// translates a program may do, and no other.
pub(crate) const UNLISTED: &[Attempt] =
    &[attempt("nothing", |_| Ok(0)), attempt("make_code", memory::make_code)];
