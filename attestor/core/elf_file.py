"""The part of the ELF format that programs need: header and program headers, 32 and 64 bits.

Source: the object file formats ELF-32 and ELF-64.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from attestor.errors import ProgramInvalid

MAX_PROGRAM_BYTES = 64 << 20
MAX_SEGMENTS = 256
LOAD, NOTE = 1, 4
EXECUTABLE, WRITABLE, READABLE = 1, 2, 4
CLASS_32, CLASS_64 = 1, 2

_MAGIC = b"\x7fELF"
_HALF = struct.Struct("<H")
_LITTLE_ENDIAN = 1
_RISCV = 243
_EXECUTABLE_FILE = 2
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
    """A program header of the kind `LOAD` or `NOTE`."""

    kind: int
    flags: int
    offset: int
    address: int
    file_bytes: int
    memory_bytes: int


@dataclass(frozen=True)
class _Format:
    """Of one class: the header, and a program header with the order of its fields."""

    header: struct.Struct
    segment: struct.Struct
    fields: tuple[str, ...]


_FORMATS: Mapping[int, _Format] = {
    CLASS_32: _Format(
        struct.Struct("<16sHHIIIIIHHHHHH"),
        struct.Struct("<IIIIIIII"),
        ("kind", "offset", "address", "_", "file_bytes", "memory_bytes", "flags", "_"),
    ),
    CLASS_64: _Format(
        struct.Struct("<16sHHIQQQIHHHHHH"),
        struct.Struct("<IIQQQQQQ"),
        ("kind", "flags", "offset", "address", "_", "file_bytes", "memory_bytes", "_"),
    ),
}


@dataclass(frozen=True)
class ElfFile:
    """A little-endian RISC-V executable: its class, its entry point and its segments."""

    bits: int
    entry: int
    segments: tuple[Segment, ...]

    @property
    def loads(self) -> list[Segment]:
        """What is loaded, in the file's order."""
        return [segment for segment in self.segments if segment.kind == LOAD]


def read(program: bytes) -> ElfFile:
    """Read an executable for RISC-V, all of whose segments are in the file. Raises
    `ProgramInvalid`."""
    bits = class_of(program)
    _require_executable(program)
    form = _FORMATS[bits]
    entry, table, count = _read_header(program, form)
    segments = _read_segments(program, form, table, count)
    for segment in segments:
        _check_content(program, segment)
    return ElfFile(bits, entry, tuple(segments))


def class_of(program: bytes) -> int:
    """`CLASS_32` or `CLASS_64`, of an ELF for RISC-V, whatever else is wrong with it. Raises
    `ProgramInvalid`."""
    if len(program) > MAX_PROGRAM_BYTES:
        raise ProgramInvalid(f"program of {len(program)} bytes, at most {MAX_PROGRAM_BYTES}")
    if program[:4] != _MAGIC:
        start = program[:4].hex() or "nothing"
        raise ProgramInvalid(f"program is not an ELF: it starts with {start}", hint=_BUILD_HINT)
    if len(program) < 20:
        raise ProgramInvalid(f"program is cut off: an ELF of {len(program)} bytes")
    bits, order = program[4], program[5]
    (machine,) = _HALF.unpack_from(program, 18)
    if order != _LITTLE_ENDIAN:
        raise ProgramInvalid("program is not a little-endian ELF", hint=_BUILD_HINT)
    if machine != _RISCV:
        name = _MACHINES.get(machine, f"machine {machine}")
        raise ProgramInvalid(f"program is for {name}, not for RISC-V", hint=_BUILD_HINT)
    if bits not in _FORMATS:
        raise ProgramInvalid(f"program has the unknown ELF class {bits}", hint=_BUILD_HINT)
    return bits


def _require_executable(program: bytes) -> None:
    (kind,) = _HALF.unpack_from(program, 16)
    if kind != _EXECUTABLE_FILE:
        name = _TYPES.get(kind, f"of type {kind}")
        raise ProgramInvalid(f"program is not an executable: it is {name}", hint=_BUILD_HINT)


def _read_header(program: bytes, form: _Format) -> tuple[int, int, int]:
    """Entry point, offset of the program headers and their count."""
    if len(program) < form.header.size:
        raise ProgramInvalid(
            f"program is cut off: {len(program)} of {form.header.size} header bytes"
        )
    header = form.header.unpack_from(program)
    entry, table, size, count = header[4], header[5], header[9], header[10]
    if size != form.segment.size:
        raise ProgramInvalid(f"program headers of {size} bytes each, not {form.segment.size}")
    if not 0 < count <= MAX_SEGMENTS:
        raise ProgramInvalid(f"program has {count} program headers, not 1 to {MAX_SEGMENTS}")
    if table + count * form.segment.size > len(program):
        raise ProgramInvalid("program is cut off: its program headers end after the file")
    return entry, table, count


def _read_segments(program: bytes, form: _Format, table: int, count: int) -> list[Segment]:
    segments = []
    for position in range(count):
        values = form.segment.unpack_from(program, table + position * form.segment.size)
        fields = dict(zip(form.fields, values, strict=True))
        del fields["_"]
        if fields["kind"] in (LOAD, NOTE):
            segments.append(Segment(**fields))
    return segments


def _check_content(program: bytes, segment: Segment) -> None:
    if segment.offset + segment.file_bytes > len(program):
        raise ProgramInvalid(
            f"program is cut off: the segment for {segment.address:#x} ends at byte "
            f"{segment.offset + segment.file_bytes} of {len(program)}"
        )
