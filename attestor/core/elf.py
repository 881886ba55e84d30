"""Checks of a program, an untrusted ELF, before any child process sees it.

Source: the rules of SP1's loader (sp1-core-executor 6.10.0, src/disassembler/elf.rs and
src/program.rs), which panics on some malformed files. The executor repeats those that matter for
safety.
"""

from itertools import pairwise

from attestor.core import elf_file, elf_v3, older_programs
from attestor.core.circuits import Circuit
from attestor.core.elf_file import (
    CLASS_32,
    EXECUTABLE,
    NOTE,
    READABLE,
    WRITABLE,
    Segment,
)
from attestor.errors import ProgramInvalid, ProgramUnsupported

MAX_IMAGE_BYTES = 64 << 20
"""Total size of all segments; SP1 needs 30 bytes or more for every eight."""
MAX_NOTE_BYTES = 1 << 20
"""Of all notes: they may lie over each other in the file, and each is looked through."""
FIRST_ADDRESS = 0x7800_0000
ADDRESS_LIMIT = 1 << 48
MAX_INSTRUCTIONS = 1 << 22

_UNTRUSTED_NOTE = b"SUCCINCT"
_BUILD_HINT = "build it for SP1 v6, as riscv64im-succinct-zkvm-elf"


def check(program: bytes) -> Circuit:
    """The circuits that `program` is for: SP1 v6's, or v3's, for which an executor need not be
    built. Raises `ProgramInvalid` unless it can be a program of one of them.

    Raises its subclass `ProgramUnsupported` for a well-formed program of an unsupported kind: for
    SP1 v4 or v5 (32 bits), with untrusted code, or with a key that depends on the SP1 version.
    Never raises anything else, whatever the bytes.
    """
    if elf_file.class_of(program) == CLASS_32:
        return _check_older(program)
    _check_v6(program)
    return Circuit.V6


def _check_older(program: bytes) -> Circuit:
    versions = older_programs.majors(program)
    if not older_programs.may_be_v3(versions):
        raise ProgramUnsupported(
            f"program is a 32-bit ELF, which is for {older_programs.in_words(versions)}; "
            "SP1 v6 runs 64-bit ones",
            hint="rebuild the program with SP1 v6",
        )
    elf_v3.check(program)
    return Circuit.V3


def _check_v6(program: bytes) -> None:
    file = elf_file.read(program)
    notes = [segment for segment in file.segments if segment.kind == NOTE]
    total = sum(note.file_bytes for note in notes)
    if total > MAX_NOTE_BYTES:
        raise ProgramInvalid(f"notes of {total} bytes, at most {MAX_NOTE_BYTES}")
    for note in notes:
        _check_note(program, note)
    loads = file.loads
    for load in loads:
        _check_load(load)
    _check_layout(loads)
    _check_entry(file.entry, loads)


def _check_note(program: bytes, note: Segment) -> None:
    if _UNTRUSTED_NOTE in program[note.offset : note.offset + note.file_bytes]:
        raise ProgramUnsupported(
            "program carries the SUCCINCT note: it runs untrusted code, which needs other circuits",
            hint="build it without untrusted programs",
        )


def _check_load(load: Segment) -> None:
    name = f"segment at {load.address:#x}"
    if load.address < FIRST_ADDRESS or load.address + load.memory_bytes > ADDRESS_LIMIT:
        raise ProgramInvalid(
            f"{name}, {load.memory_bytes} bytes long, is outside of "
            f"{FIRST_ADDRESS:#x} to {ADDRESS_LIMIT:#x}",
            hint=_BUILD_HINT,
        )
    if load.address % 4:
        raise ProgramInvalid(f"{name} is not aligned to 4 bytes")
    if load.file_bytes > load.memory_bytes:
        raise ProgramInvalid(
            f"{name} has {load.file_bytes} bytes in the file, {load.memory_bytes} in memory"
        )
    if not load.flags & READABLE:
        raise ProgramInvalid(f"{name} is not readable")
    if load.flags & EXECUTABLE and load.flags & WRITABLE:
        raise ProgramInvalid(f"{name} is both writable and executable")
    file_end = (load.address + load.file_bytes + 3) // 4 * 4
    shares_word = file_end % 8 == 4 or load.file_bytes % 8 == 4
    if shares_word and load.memory_bytes > load.file_bytes:
        raise ProgramUnsupported(
            f"{name} has {load.file_bytes} bytes in the file and zeros after them in the same "
            "8-byte word: its key depends on the SP1 version",
            hint="pad .data to 8 bytes in the linker script",
        )


def _check_layout(loads: list[Segment]) -> None:
    total = sum(load.memory_bytes for load in loads)
    if total > MAX_IMAGE_BYTES:
        raise ProgramInvalid(f"segments fill {total} bytes, at most {MAX_IMAGE_BYTES}")
    for before, after in pairwise(loads):
        if before.address + before.memory_bytes > after.address:
            raise ProgramInvalid(f"segment at {after.address:#x} overlaps the one before it")
    code = [load for load in loads if load.flags & EXECUTABLE]
    instructions = sum(load.file_bytes for load in code) // 4
    if not 0 < instructions <= MAX_INSTRUCTIONS:
        raise ProgramInvalid(
            f"program has {instructions} instructions, not 1 to {MAX_INSTRUCTIONS}"
        )
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
