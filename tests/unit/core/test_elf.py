"""Each rule of an SP1 program, on files made field by field."""

import struct
from dataclasses import dataclass, replace

import pytest

from attestor.core.elf import ADDRESS_LIMIT, FIRST_ADDRESS, MAX_IMAGE_BYTES, check
from attestor.core.elf_file import MAX_PROGRAM_BYTES
from attestor.errors import ProgramInvalid, ProgramUnsupported

LOAD, NOTE = 1, 4
R, RX, RW, RWX, X = 4, 5, 6, 7, 1
DATA = FIRST_ADDRESS + 0x1000


@dataclass(frozen=True)
class Part:
    """A segment to be written."""

    address: int
    content: bytes
    flags: int = RW
    memory_bytes: int | None = None
    kind: int = LOAD
    offset: int | None = None


CODE = Part(FIRST_ADDRESS, bytes.fromhex("13000000") * 4, RX)
SOUND = (CODE, Part(DATA, bytes(16), memory_bytes=4096))


def elf(*parts: Part, entry: int = FIRST_ADDRESS, **fields: int) -> bytes:
    """An ELF-64 of `parts`; `fields` replace header fields by their name in the standard."""
    bits, order = fields.get("ei_class", 2), fields.get("ei_data", 1)
    ident = b"\x7fELF" + bytes((bits, order, 1)) + bytes(9)
    header = struct.pack(
        "<16sHHIQQQIHHHHHH",
        ident,
        fields.get("e_type", 2),
        fields.get("e_machine", 243),
        1,
        entry,
        fields.get("e_phoff", 64),
        0,
        0,
        64,
        fields.get("e_phentsize", 56),
        fields.get("e_phnum", len(parts)),
        64,
        0,
        0,
    )
    position = 64 + 56 * len(parts)
    table = b""
    for part in parts:
        size = len(part.content)
        memory = size if part.memory_bytes is None else part.memory_bytes
        offset = position if part.offset is None else part.offset
        where = (offset, part.address, part.address, size, memory, 8)
        table += struct.pack("<IIQQQQQQ", part.kind, part.flags, *where)
        position += size
    return header + table + b"".join(part.content for part in parts)


def refused(program: bytes, words: str) -> None:
    with pytest.raises(ProgramInvalid, match=words):
        check(program)


def test_check__sound_program__passes() -> None:
    check(elf(*SOUND))


def test_check__every_truncation__refused() -> None:
    program = elf(*SOUND)

    for length in range(len(program)):
        with pytest.raises(ProgramInvalid):
            check(program[:length])


@pytest.mark.parametrize("program", [b"", b"MZ\x90\0", b"#!/bin/sh\n", b"\x7fEL", b"\0asm"])
def test_check__not_an_elf__says_how_it_starts(program: bytes) -> None:
    refused(program, f"not an ELF: it starts with {program[:4].hex() or 'nothing'}")


def test_check__over_the_size_bound__refused_before_it_is_read() -> None:
    refused(bytes(MAX_PROGRAM_BYTES + 1), f"at most {MAX_PROGRAM_BYTES}")


@pytest.mark.parametrize(
    ("machine", "name"), [(62, "x86-64"), (183, "AArch64"), (247, "BPF"), (9999, "machine 9999")]
)
def test_check__other_architecture__named(machine: int, name: str) -> None:
    refused(elf(*SOUND, e_machine=machine), f"program is for {name}, not for RISC-V")


def test_check__other_architecture_of_32_bits__architecture_is_the_reason() -> None:
    refused(elf(*SOUND, e_machine=40, ei_class=1), "program is for ARM")


def test_check__32_bit_riscv__says_which_sp1_it_is_for() -> None:
    with pytest.raises(ProgramUnsupported, match=r"SP1 v3 to v5; SP1 v6 runs 64-bit") as caught:
        check(elf(*SOUND, ei_class=1))

    assert caught.value.code == "program_unsupported"
    assert caught.value.hint == "rebuild the program with SP1 v6"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ei_class": 3}, "unknown ELF class 3"),
        ({"ei_data": 2}, "not a little-endian"),
        ({"e_type": 1}, "object file that was not linked"),
        ({"e_type": 3}, "position-independent"),
        ({"e_type": 99}, "of type 99"),
        ({"e_phentsize": 32}, "program headers of 32 bytes"),
        ({"e_phnum": 0}, "0 program headers"),
        ({"e_phnum": 257}, "257 program headers, not 1 to 256"),
        ({"e_phnum": 0xFFFF}, "65535 program headers"),
        ({"e_phnum": 200}, "cut off: its program headers"),
        ({"e_phoff": 2**64 - 1}, "cut off: its program headers"),
    ],
)
def test_check__header_field__refused_with_its_meaning(fields: dict[str, int], words: str) -> None:
    refused(elf(*SOUND, **fields), words)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Part(DATA, bytes(16), offset=2**64 - 1), "cut off: the segment for 0x78001000"),
        (Part(DATA, bytes(16), offset=10**6), "cut off: the segment for 0x78001000"),
        (Part(FIRST_ADDRESS - 8, bytes(8)), "outside of 0x78000000"),
        (Part(0, bytes(8)), "outside of 0x78000000"),
        (Part(ADDRESS_LIMIT - 8, bytes(16)), "outside of 0x78000000 to 0x1000000000000"),
        (Part(2**64 - 8, bytes(8), memory_bytes=16), "outside of"),
        (Part(DATA, bytes(8), memory_bytes=2**64 - 1), "outside of"),
        (Part(DATA + 2, bytes(8)), "not aligned to 4 bytes"),
        (Part(DATA, bytes(16), memory_bytes=8), "16 bytes in the file, 8 in memory"),
        (Part(DATA, bytes(8), X), "not readable"),
        (Part(DATA, bytes(8), RWX), "both writable and executable"),
        (Part(FIRST_ADDRESS + 8, bytes(8)), "overlaps the one before it"),
        (Part(DATA, bytes(8), memory_bytes=MAX_IMAGE_BYTES), "segments fill"),
        (Part(DATA, bytes(8), RX), "does not follow the code before it"),
    ],
)
def test_check__segment__refused_with_its_fault(part: Part, words: str) -> None:
    refused(elf(CODE, part), words)


def test_check__segments_in_another_order__refused() -> None:
    refused(elf(*reversed(SOUND)), "overlaps the one before it")


def test_check__image_at_the_bound__passes() -> None:
    rest = MAX_IMAGE_BYTES - len(CODE.content)

    check(elf(CODE, Part(DATA, bytes(8), memory_bytes=rest)))
    refused(elf(CODE, Part(DATA, bytes(8), memory_bytes=rest + 1)), "segments fill 67108865 bytes")


@pytest.mark.parametrize("parts", [(), (Part(DATA, bytes(8)),), (replace(CODE, content=b""),)])
def test_check__no_code__refused(parts: tuple[Part, ...]) -> None:
    refused(elf(*parts, Part(DATA + 0x1000, bytes(8)), entry=DATA), "0 instructions")


@pytest.mark.parametrize("entry", [0, FIRST_ADDRESS - 4, FIRST_ADDRESS + 16, DATA, 2**64 - 4])
def test_check__entry_outside_of_code__refused(entry: int) -> None:
    refused(elf(*SOUND, entry=entry), "is in no executable segment")


def test_check__odd_entry__refused() -> None:
    refused(elf(*SOUND, entry=FIRST_ADDRESS + 2), "entry point 0x78000002 is not aligned")


@pytest.mark.parametrize("size", [4, 12, 9, 10, 11])
def test_check__zeros_share_a_word_with_file_bytes__refused(size: int) -> None:
    with pytest.raises(ProgramUnsupported, match="its key depends on the SP1 version"):
        check(elf(CODE, Part(DATA, bytes(size), memory_bytes=64)))


@pytest.mark.parametrize("size", [0, 5, 7, 8, 16])
def test_check__zeros_begin_with_a_word__passes(size: int) -> None:
    check(elf(CODE, Part(DATA, bytes(size), memory_bytes=64)))


def test_check__half_word_without_zeros__passes() -> None:
    check(elf(CODE, Part(DATA, bytes(12))))


def test_check__segment_that_starts_in_a_word__its_end_counts() -> None:
    with pytest.raises(ProgramUnsupported, match="its key depends"):
        check(elf(CODE, Part(DATA + 4, bytes(16), memory_bytes=64)))


def test_check__succinct_note__refused() -> None:
    content = struct.pack("<III", 9, 20, 1) + b"SUCCINCT\0\0\0\0" + bytes(20)

    with pytest.raises(ProgramUnsupported, match="SUCCINCT note"):
        check(elf(*SOUND, Part(0, content, kind=NOTE)))


def test_check__other_note__passes() -> None:
    check(elf(*SOUND, Part(0, struct.pack("<III", 4, 4, 1) + b"GNU\0" + bytes(4), kind=NOTE)))


def test_check__more_than_a_mebibyte_of_notes__refused() -> None:
    half = Part(0, bytes(1 << 19), kind=NOTE)
    check(elf(*SOUND, half, half))
    refused(elf(*SOUND, half, half, Part(0, b"G", kind=NOTE)), "notes of 1048577 bytes")


def test_check__note_outside_of_the_file__refused() -> None:
    refused(elf(*SOUND, Part(0, b"note", kind=NOTE, offset=2**40)), "cut off")


def test_check__other_segment_kinds__not_looked_at() -> None:
    stack = Part(2**63, bytes(8), RWX, kind=0x6474E551, offset=2**63)

    check(elf(*SOUND, stack))


def test_check__note_name_in_ordinary_data__passes() -> None:
    check(elf(CODE, Part(DATA, b"SUCCINCT")))


def test_check__code_in_two_adjoining_segments__passes() -> None:
    check(elf(CODE, replace(CODE, address=FIRST_ADDRESS + len(CODE.content))))
