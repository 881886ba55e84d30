"""What this process gives up for good, by prctl(2), capset(2) and setrlimit(2)."""

import ctypes
import errno
import os
import resource
import signal
from collections.abc import Iterable

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4

SETGID, SETUID = 6, 7
"""Capabilities by number (linux/capability.h)."""

_VERSION_3 = 0x20080522
"""Of the interface of capget(2): two words of 32 bits for each of three sets."""


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Word(ctypes.Structure):
    _fields_ = [
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    ]


def keep_memory_to_itself() -> None:
    """No core dumps, no tracing by others of its user, and no privileges by what it executes.

    A change of user makes a process dumpable again: then it has to be called once more.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _prctl(_PR_SET_DUMPABLE, 0)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def end_with_parent() -> None:
    """Be killed when the thread that started this process ends. A change of user undoes it."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def capabilities() -> int:
    """The effective ones, a bit each."""
    words = (_Word * 2)()
    _require(_libc().capget(ctypes.byref(_Header(_VERSION_3, 0)), ctypes.byref(words)))
    return int(words[0].effective | words[1].effective << 32)


def holds(*wanted: int) -> bool:
    """Whether all of these capabilities are effective."""
    held = capabilities()
    return all(held >> number & 1 for number in wanted)


def bound_capabilities(numbers: Iterable[int] = range(64)) -> None:
    """Take these out of the bounding set, for good; while they are held they stay.

    Where the process may not do that it is left: without new privileges nothing comes out of it.
    """
    for number in numbers:
        try:
            _prctl(_PR_CAPBSET_DROP, number)
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EINVAL):
                raise


def drop_capabilities(*given: int) -> None:
    """Give up these, or without any all, in every set."""
    bound_capabilities(given or range(64))
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    _keep(~sum(1 << number for number in given) if given else 0)


def _keep(mask: int) -> None:
    header, words = _Header(_VERSION_3, 0), (_Word * 2)()
    _require(_libc().capget(ctypes.byref(header), ctypes.byref(words)))
    for index, word in enumerate(words):
        part = mask >> 32 * index & 0xFFFFFFFF
        word.effective &= part
        word.permitted &= part
        word.inheritable &= part
    _require(_libc().capset(ctypes.byref(header), ctypes.byref(words)))


def _prctl(option: int, value: int) -> None:
    word = ctypes.c_ulong
    _require(_libc().prctl(ctypes.c_int(option), word(value), word(0), word(0), word(0)))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _require(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
