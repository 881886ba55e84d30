"""Starts a program under a unit's SystemCallFilter=, as systemd does: `seccomp.py NAMES COMMAND…`.

NAMES are system calls with commas between them; all others fail with EPERM.
"""

import ctypes
import os
import sys

ERRNO_EPERM, ALLOW = 0x00050000 | 1, 0x7FFF0000
NO_NEW_PRIVILEGES = 38


def confine(names: list[str]) -> None:
    """This process, and all that it starts."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_rule_add.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
    ]
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    rules = library.seccomp_init(ERRNO_EPERM)
    for name in names:
        call = library.seccomp_syscall_resolve_name(name.encode())
        if call >= 0:  # Of this architecture.
            assert library.seccomp_rule_add(rules, ALLOW, call, 0) == 0, name
    assert ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    assert library.seccomp_load(rules) == 0


if __name__ == "__main__":
    confine(sys.argv[1].split(","))
    os.execv(sys.argv[2], sys.argv[2:])
