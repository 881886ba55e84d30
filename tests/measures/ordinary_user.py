"""Runs Python as an ordinary user, also where the interpreter is in root's own folder: all that the
user has beyond its id is to read files (CAP_DAC_READ_SEARCH), and what a test gives it.

`python ordinary_user.py UID CAPABILITIES ARGUMENT…` becomes that user with those capabilities (a
bit each) and executes Python with the arguments.
"""

import ctypes
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

NOBODY = 65534
_DAC_READ_SEARCH = 2
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2


def run(
    arguments: Sequence[str], folder: Path, capabilities: Sequence[int] = ()
) -> "subprocess.CompletedProcess[str]":
    """Python with these arguments, as nobody where we are root, and as ourselves otherwise."""
    command = [sys.executable, *arguments]
    if os.geteuid() == 0:
        bits = sum(1 << number for number in (_DAC_READ_SEARCH, *capabilities))
        command = [sys.executable, __file__, str(NOBODY), str(bits), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def uid() -> int:
    """Who that is."""
    return NOBODY if os.geteuid() == 0 else os.geteuid()


def become(number: int, bits: int) -> None:
    """Change the user, and keep these capabilities in each set."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(number, number, number)
    os.setresuid(number, number, number)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    assert libc.capset(header, (ctypes.c_uint32 * 6)(bits, bits, bits, 0, 0, 0)) == 0
    for capability in (held for held in range(32) if bits >> held & 1):
        assert libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0


if __name__ == "__main__":
    become(int(sys.argv[1]), int(sys.argv[2]))
    os.execv(sys.executable, [sys.executable, *sys.argv[3:]])
