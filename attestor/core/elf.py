"""Checks of a program, an untrusted ELF, before any child process sees it.

Sources: the ELF-64 object file format; the rules of SP1's loader (sp1-core-executor 6.10.0,
src/disassembler/elf.rs and src/program.rs), which panics on some malformed files. The executor
repeats those that matter for safety.
"""

import struct
from dataclasses import dataclass
from itertools import pairwise

from attestor.errors import ProgramInvalid, ProgramUnsupported

MAX_PROGRAM_BYTES = 64 << 20
MAX_IMAGE_BYTES = 64 << 20
"""Total size of all segments; SP1 needs 30 bytes or more for every eight."""
FIRST_ADDRESS = 0x7800_0000
ADDRESS_LIMIT = 1 << 48
MAX_SEGMENTS = 256
MAX_INSTRUCTIONS = 1 << 22

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_TYPE_AND_MACHINE = struct.Struct("<HH")
_MAGIC = b"\x7fELF"
_CLASS_32, _CLASS_64 = 1, 2
_LITTLE_ENDIAN = 1
_RISCV = 243
_LOAD, _NOTE = 1, 4
_EXECUTABLE, _WRITABLE, _READABLE = 1, 2, 4
_UNTRUSTED_NOTE = b"SUCCINCT"
_BUILD_HINT = "build it for SP1 v6, as riscv64im-succinct-zkvm-elf"

_MACHINES = {
    2: "SPARC",
    3: "x86 (32-bit)",
    8: "MIPS",
    20: "PowerPC",
    21: "PowerPC 64",
    22: "S390",
    40: "ARM (32-bit)",
    62: "x86-64",
    183: "AArch64",
    247: "BPF",
    258: "LoongArch",
    263: "SBF",
}
_TYPES = {
    0: "of no type",
    1: "an object file that was not linked",
    3: "position-independent or a shared library",
    4: "a core dump",
}


@dataclass(frozen=True)
class Segment:
    """A program header of the kind `_LOAD` or `_NOTE`."""

    kind: int
    flags: int
    offset: int
    address: int
    file_bytes: int
    memory_bytes: int


def check(program: bytes) -> None:
    """Raise `ProgramInvalid` unless `program` can be an SP1 v6 program.

    Raises its subclass `ProgramUnsupported` for a well-formed program of an unsupported kind: for
    SP1 v3 to v5 (32 bits), with untrusted code, or with a key that depends on the SP1 version.
    Never raises anything else, whatever the bytes.
    """
    _check_kind(program)
    entry, table, count = _read_header(program)
    segments = _read_segments(program, table, count)
    for segment in segments:
        _check_content(program, segment)
        if segment.kind == _NOTE:
            _check_note(program, segment)
    loads = [segment for segment in segments if segment.kind == _LOAD]
    for load in loads:
        _check_load(load)
    _check_layout(loads)
    _check_entry(entry, loads)


def _check_kind(program: bytes) -> None:
    if len(program) > MAX_PROGRAM_BYTES:
        raise ProgramInvalid(f"program of {len(program)} bytes, at most {MAX_PROGRAM_BYTES}")
    if program[:4] != _MAGIC:
        start = program[:4].hex() or "nothing"
        raise ProgramInvalid(f"program is not an ELF: it starts with {start}", hint=_BUILD_HINT)
    if len(program) < 20:
        raise ProgramInvalid(f"program is cut off: an ELF of {len(program)} bytes")
    bits, order = program[4], program[5]
    kind, machine = _TYPE_AND_MACHINE.unpack_from(program, 16)
    if order != _LITTLE_ENDIAN:
        raise ProgramInvalid("program is not a little-endian ELF", hint=_BUILD_HINT)
    if machine != _RISCV:
        name = _MACHINES.get(machine, f"machine {machine}")
        raise ProgramInvalid(f"program is for {name}, not for RISC-V", hint=_BUILD_HINT)
    if bits == _CLASS_32:
        raise ProgramUnsupported(
            "program is a 32-bit ELF, which is for SP1 v3 to v5; SP1 v6 runs 64-bit ones",
            hint="rebuild the program with SP1 v6",
        )
    if bits != _CLASS_64:
        raise ProgramInvalid(f"program has the unknown ELF class {bits}", hint=_BUILD_HINT)
    if kind != 2:
        name = _TYPES.get(kind, f"of type {kind}")
        raise ProgramInvalid(f"program is not an executable: it is {name}", hint=_BUILD_HINT)


def _read_header(program: bytes) -> tuple[int, int, int]:
    """Entry point, offset of the program headers and their count."""
    if len(program) < _HEADER.size:
        raise ProgramInvalid(f"program is cut off: {len(program)} of {_HEADER.size} header bytes")
    header = _HEADER.unpack_from(program)
    entry, table, size, count = header[4], header[5], header[9], header[10]
    if size != _SEGMENT.size:
        raise ProgramInvalid(f"program headers of {size} bytes each, not {_SEGMENT.size}")
    if not 0 < count <= MAX_SEGMENTS:
        raise ProgramInvalid(f"program has {count} program headers, not 1 to {MAX_SEGMENTS}")
    if table + count * _SEGMENT.size > len(program):
        raise ProgramInvalid("program is cut off: its program headers end after the file")
    return entry, table, count


def _read_segments(program: bytes, table: int, count: int) -> list[Segment]:
    segments = []
    for position in range(count):
        fields = _SEGMENT.unpack_from(program, table + position * _SEGMENT.size)
        kind, flags, offset, address, _, file_bytes, memory_bytes, _ = fields
        if kind in (_LOAD, _NOTE):
            segment = Segment(kind, flags, offset, address, file_bytes, memory_bytes)
            segments.append(segment)
    return segments


def _check_content(program: bytes, segment: Segment) -> None:
    if segment.offset + segment.file_bytes > len(program):
        raise ProgramInvalid(
            f"program is cut off: the segment for {segment.address:#x} ends at byte "
            f"{segment.offset + segment.file_bytes} of {len(program)}"
        )


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
    if not load.flags & _READABLE:
        raise ProgramInvalid(f"{name} is not readable")
    if load.flags & _EXECUTABLE and load.flags & _WRITABLE:
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
    code = [load for load in loads if load.flags & _EXECUTABLE]
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
        if inside and load.flags & _EXECUTABLE:
            return
    raise ProgramInvalid(f"entry point {entry:#x} is in no executable segment")
