"""Programs for SP1 v3, assembled here: RV32IM and its system calls, in an ELF-32."""

import hashlib
import struct
from collections.abc import Sequence

CODE = 0x0020_0800
DATA = 0x0030_0000
RX, RW = 5, 6
HEADER_BYTES, SEGMENT_BYTES = 52, 32
T0, T1, A0, A1, A2 = 5, 6, 10, 11, 12

HALT, WRITE, ENTER, EXIT, COMMIT = 0x00, 0x02, 0x03, 0x04, 0x10
DEFERRED, VERIFY, HINT_LEN, HINT_READ = 0x1A, 0x1B, 0xF0, 0xF1
PUBLIC_VALUES = 3


def _signed(value: int) -> int:
    return value & 0xFFF


def addi(to: int, of: int, value: int) -> int:
    return _signed(value) << 20 | of << 15 | to << 7 | 0x13


def lui(to: int, upper: int) -> int:
    return (upper & 0xFFFFF) << 12 | to << 7 | 0x37


def load(to: int, base: int, offset: int = 0) -> int:
    return _signed(offset) << 20 | base << 15 | 2 << 12 | to << 7 | 0x03


def store(what: int, base: int, offset: int = 0) -> int:
    offset = _signed(offset)
    return offset >> 5 << 25 | what << 20 | base << 15 | 2 << 12 | (offset & 31) << 7 | 0x23


def jump_to(base: int, offset: int = 0) -> int:
    return _signed(offset) << 20 | base << 15 | 0x67


def skip_if_zero(of: int, instructions: int) -> int:
    """Go on behind so many instructions, fewer than 500."""
    offset = 4 * (instructions + 1)
    return offset >> 5 << 25 | of << 15 | (offset & 0x1E) << 7 | 0x63


ECALL = 0x73
SPIN = 0x6F
"""A jump to itself."""
UNIMP = 0xC000_1073


def put(to: int, value: int) -> list[int]:
    """Set a register to 32 bits."""
    value &= 0xFFFF_FFFF
    upper = (value + 0x800) >> 12
    return [lui(to, upper), addi(to, to, value - (upper << 12))]


def call(number: int, a0: int = 0, a1: int = 0, a2: int = 0) -> list[int]:
    """A system call with these arguments."""
    return [*put(A0, a0), *put(A1, a1), *put(A2, a2), *put(T0, number), ECALL]


def commit(values: bytes) -> list[int]:
    """The digest of public values, by its eight words."""
    words = struct.unpack("<8I", hashlib.sha256(values).digest())
    return [word for index, value in enumerate(words) for word in call(COMMIT, index, value)]


def unconstrained(code: Sequence[int]) -> list[int]:
    """A block outside of the proof, as SP1's own runtime makes one."""
    inside = [*code, *call(EXIT)]
    return [*call(ENTER), skip_if_zero(T0, len(inside)), *inside]


def ending(values: bytes = b"") -> list[int]:
    """A commitment, and HALT with exit code 0."""
    return [*commit(values), *call(HALT)]


def publish(length: int) -> list[int]:
    """The data's first bytes as public values."""
    return call(WRITE, PUBLIC_VALUES, DATA, length)


def program(
    code: Sequence[int], data: bytes = b"", *, zeros: int = 0, address: int = DATA, at: int = CODE
) -> bytes:
    """An ELF with that code, and data with `zeros` bytes behind it."""
    text = struct.pack(f"<{len(code)}I", *code)
    parts = [(at, RX, text, len(text))]
    if data or zeros:
        parts.append((address, RW, data, len(data) + zeros))
    return elf(parts, at)


def elf(parts: Sequence[tuple[int, int, bytes, int]], entry: int) -> bytes:
    """An ELF of segments: address, flags, content, and bytes in memory."""
    offset = HEADER_BYTES + SEGMENT_BYTES * len(parts)
    table, content = b"", b""
    for address, flags, part, memory in parts:
        where = (offset + len(content), address, address, len(part), memory, flags, 4)
        table += struct.pack("<IIIIIIII", 1, *where)
        content += part
    header = struct.pack(
        "<16sHHIIIIIHHHHHH",
        b"\x7fELF\x01\x01\x01" + bytes(9),
        *(2, 243, 1, entry, HEADER_BYTES, 0, 0, HEADER_BYTES, SEGMENT_BYTES, len(parts), 40, 0, 0),
    )
    return header + table + content
