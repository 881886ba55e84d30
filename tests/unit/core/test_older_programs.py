"""32-bit programs: which SP1 they are for, and that they are answered with its name."""

import struct

import pytest

from attestor.core.circuits import Circuit
from attestor.core.elf import check
from attestor.core.older_programs import UP_TO_V4_CODE, V5_CODE, in_words, majors, may_be_v3
from attestor.errors import ProgramInvalid, ProgramUnsupported

RX, RW = 5, 6
HEADER_BYTES, SEGMENT_BYTES = 52, 32
NOP = bytes.fromhex("13000000")


def elf32(code_address: int, text: bytes = b"", **fields: int) -> bytes:
    """An ELF-32 with code at an address, and some data with `text`."""
    parts = ((code_address, RX, 4 * NOP), (code_address + 0x8000, RW, text or bytes(4)))
    offset = HEADER_BYTES + SEGMENT_BYTES * len(parts)
    table, content = b"", b""
    for address, flags, part in parts:
        where = (offset + len(content), address, address, len(part), len(part), flags, 4)
        table += struct.pack("<IIIIIIII", 1, *where)
        content += part
    header = struct.pack(
        "<16sHHIIIIIHHHHHH",
        b"\x7fELF\x01\x01\x01" + bytes(9),
        fields.get("e_type", 2),
        243,
        1,
        code_address,
        fields.get("e_phoff", HEADER_BYTES),
        0,
        0,
        HEADER_BYTES,
        fields.get("e_phentsize", SEGMENT_BYTES),
        len(parts),
        40,
        0,
        0,
    )
    return header + table + content


def path_of(crate: str) -> bytes:
    """As rustc leaves it in a program that can panic there."""
    return b"/home/me/.cargo/registry/src/index.crates.io-6f17d22bba15001f/" + crate.encode()


def name_of(program: bytes) -> str:
    """As the error names it, or would where the executor for SP1 v3 is not built."""
    versions = majors(program)
    if may_be_v3(versions):
        assert check(program) is Circuit.V3
        return in_words(versions)
    with pytest.raises(ProgramUnsupported) as caught:
        check(program)
    assert caught.value.hint == "rebuild the program with SP1 v6"
    return caught.value.message.removeprefix("program is a 32-bit ELF, which is for ").partition(
        ";"
    )[0]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (UP_TO_V4_CODE, "SP1 v3 or v4"),
        (V5_CODE, "SP1 v5"),
        (0x0040_0000, "SP1 v3 to v5"),
        (V5_CODE + 4, "SP1 v3 to v5"),
    ],
)
def test_check__32_bits_and_no_crate_named__told_by_where_the_code_is(code: int, name: str) -> None:
    assert name_of(elf32(code)) == name


@pytest.mark.parametrize(
    ("crates", "name"),
    [
        (("sp1-zkvm-3.4.0/src/lib.rs",), "SP1 v3"),
        (("sp1-lib-4.1.3/src/io.rs", "sp1-zkvm-4.1.7/src/heap.rs"), "SP1 v4"),
        (("sp1-primitives-5.0.0/src/lib.rs",), "SP1 v5"),
        # Both in one program: neither is believed.
        (("sp1-zkvm-3.4.0/src/lib.rs", "sp1-lib-4.1.3/src/io.rs"), "SP1 v3 or v4"),
        (("sp1-helper-4.0.0/src/lib.rs", "my-sp1-zkvm-4.0.0/src/lib.rs"), "SP1 v3 or v4"),
        (("sp1-zkvm-6.1.0/src/lib.rs",), "SP1 v3 or v4"),
    ],
)
def test_check__32_bits_with_paths_of_sp1s_crates__told_by_their_version(
    crates: tuple[str, ...], name: str
) -> None:
    text = b"\0".join(map(path_of, crates))

    assert name_of(elf32(UP_TO_V4_CODE, text)) == name


@pytest.mark.parametrize(
    "fields", [{"e_phentsize": 56}, {"e_phoff": 2**32 - 1}, {"e_type": 3}, {"e_phentsize": 0}]
)
def test_check__32_bits_and_broken__named_as_far_as_it_can_be(fields: dict[str, int]) -> None:
    assert name_of(elf32(UP_TO_V4_CODE, b"", **fields)) == "SP1 v3 to v5"
    text = path_of("sp1-zkvm-4.1.7/src/heap.rs")
    assert name_of(elf32(UP_TO_V4_CODE, text, **fields)) == "SP1 v4"


def test_check__every_truncation_of_32_bits__refused() -> None:
    program = elf32(UP_TO_V4_CODE)

    for length in range(len(program)):
        with pytest.raises(ProgramInvalid):
            check(program[:length])


def test_check__64_bits_that_name_an_older_sp1__not_taken_for_it() -> None:
    program = bytearray(elf32(UP_TO_V4_CODE, path_of("sp1-zkvm-3.4.0/src/lib.rs")))
    program[4] = 2

    with pytest.raises(ProgramInvalid) as caught:
        check(bytes(program))
    assert caught.value.code == "program_invalid"


@pytest.mark.parametrize(
    ("versions", "taken", "words"),
    [
        ({3}, True, "SP1 v3"),
        ({3, 4}, True, "SP1 v3 or v4"),
        ({4}, False, "SP1 v4"),
        ({5}, False, "SP1 v5"),
        ({3, 4, 5}, False, "SP1 v3 to v5"),
    ],
)
def test_may_be_v3__versions_it_can_be_for__taken_where_v3_is_likely(
    versions: set[int], taken: bool, words: str
) -> None:
    assert may_be_v3(frozenset(versions)) is taken
    assert in_words(frozenset(versions)) == words
