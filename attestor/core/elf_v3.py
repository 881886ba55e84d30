"""Checks of a program for SP1 v3, before any child process sees it.

Source: SP1's loader and circuits (sp1-core-executor 3.4.0, src/disassembler/elf.rs;
sp1-core-machine 3.4.0, src/riscv/shape.rs). The loader takes segments at any address, registers'
too, and joins code that is not in one piece. The executor repeats these checks.
"""

from itertools import pairwise

from attestor.core import elf_file
from attestor.core.elf_file import EXECUTABLE, Segment
from attestor.errors import ProgramInvalid

MAX_ROWS = 1 << 22
"""The most words of all segments together, and so of instructions: rows of the circuits' tables."""
FIRST_ADDRESS = 32
"""Registers are below it."""
ADDRESS_LIMIT = 0x7800_0000
"""An address is one element of BabyBear."""


def check(program: bytes) -> None:
    """Raise `ProgramInvalid` unless a 32-bit program can be one of SP1 v3. Never raises anything
    else, whatever the bytes."""
    file = elf_file.read(program)
    for load in file.loads:
        _check_load(load)
    _check_layout(file.loads)
    _check_entry(file.entry, file.loads)


def _check_load(load: Segment) -> None:
    name = f"segment at {load.address:#x}"
    if load.address < FIRST_ADDRESS or load.address + load.memory_bytes > ADDRESS_LIMIT:
        raise ProgramInvalid(
            f"{name}, {load.memory_bytes} bytes long, is outside of "
            f"{FIRST_ADDRESS:#x} to {ADDRESS_LIMIT:#x}"
        )
    if load.address % 4:
        raise ProgramInvalid(f"{name} is not aligned to 4 bytes")
    if load.file_bytes > load.memory_bytes:
        raise ProgramInvalid(
            f"{name} has {load.file_bytes} bytes in the file, {load.memory_bytes} in memory"
        )


def _check_layout(loads: list[Segment]) -> None:
    for before, after in pairwise(loads):
        if before.address + _words(before) * 4 > after.address:
            raise ProgramInvalid(f"segment at {after.address:#x} overlaps the one before it")
    total = sum(map(_words, loads))
    if total > MAX_ROWS:
        raise ProgramInvalid(f"segments fill {total} words, at most {MAX_ROWS}")
    code = [load for load in loads if load.flags & EXECUTABLE]
    for before, after in pairwise(code):
        if before.address + before.file_bytes != after.address:
            raise ProgramInvalid(f"code at {after.address:#x} does not follow the code before it")


def _check_entry(entry: int, loads: list[Segment]) -> None:
    if entry % 4:
        raise ProgramInvalid(f"entry point {entry:#x} is not aligned to 4 bytes")
    for load in loads:
        inside = load.address <= entry < load.address + load.file_bytes
        if inside and load.flags & EXECUTABLE:
            return
    raise ProgramInvalid(f"entry point {entry:#x} is in no executable segment")


def _words(load: Segment) -> int:
    return -(-load.memory_bytes // 4)
