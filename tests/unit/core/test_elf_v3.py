"""A program for SP1 v3 is checked before any child process sees it."""

from contextlib import suppress

import pytest
from cases.rv32 import CODE, DATA, RW, RX, SPIN, elf, ending, program
from hypothesis import given
from hypothesis import strategies as st

from attestor.core import circuits
from attestor.core.circuits import Circuit
from attestor.core.elf import check
from attestor.core.elf_v3 import ADDRESS_LIMIT, FIRST_ADDRESS, MAX_ROWS
from attestor.core.execution import Engine
from attestor.errors import ProgramInvalid
from attestor.programs import elf as ours
from attestor.programs import fibonacci

NOPS = bytes.fromhex("13000000") * 4
CODE_PART = (CODE, RX, NOPS, 16)
FULL = 4 * MAX_ROWS - 16


@pytest.mark.parametrize(
    "parts",
    [
        [CODE_PART],
        [(FIRST_ADDRESS, RW, b"a", 3), CODE_PART],
        [CODE_PART, (CODE + 16, RX, NOPS[:8], 8), (CODE + 24, RW, b"", 4)],
        [CODE_PART, (0x0100_0000, RW, b"", FULL)],
        [CODE_PART, (ADDRESS_LIMIT - 4, RW, b"abcd", 4)],
    ],
)
def test_check__within_all_bounds__sp1_v3(parts: list[tuple[int, int, bytes, int]]) -> None:
    assert check(elf(parts, CODE)) is Circuit.V3


@pytest.mark.parametrize(
    ("parts", "entry", "told"),
    [
        ([(28, RW, b"abcd", 4), CODE_PART], CODE, "outside of 0x20 to"),
        ([CODE_PART, (ADDRESS_LIMIT - 4, RW, b"", 5)], CODE, "outside of 0x20 to"),
        ([CODE_PART, (DATA, RW, b"abcde", 4)], CODE, "5 bytes in the file, 4 in memory"),
        ([CODE_PART, (DATA + 2, RW, b"abcd", 4)], CODE, "not aligned"),
        ([CODE_PART, (CODE + 12, RW, b"abcd", 4)], CODE, "overlaps"),
        ([(DATA, RW, b"a", 1), CODE_PART], CODE, "overlaps"),
        ([CODE_PART, (CODE + 20, RX, NOPS, 16)], CODE, "does not follow"),
        ([CODE_PART, (0x0100_0000, RW, b"", FULL + 1)], CODE, "words, at most"),
        ([CODE_PART], CODE + 16, "in no executable segment"),
        ([CODE_PART], CODE + 2, "not aligned"),
        ([CODE_PART, (DATA, RW, b"abcd", 4)], DATA, "in no executable segment"),
    ],
)
def test_check__what_sp1s_loader_would_take_wrongly__told(
    parts: list[tuple[int, int, bytes, int]], entry: int, told: str
) -> None:
    with pytest.raises(ProgramInvalid, match=told) as caught:
        check(elf(parts, entry))
    assert type(caught.value) is ProgramInvalid


@given(st.integers(0, 200), st.integers(0, 255))
def test_check__any_byte_of_the_headers_altered__an_answer_of_its_own(at: int, value: int) -> None:
    altered = bytearray(program(ending(), b"data"))
    altered[at] = value
    with suppress(ProgramInvalid):
        assert check(bytes(altered)) is Circuit.V3


def test_of_program__each_class__its_circuit_and_engine() -> None:
    assert circuits.of_program(program([SPIN])) is Circuit.V3
    assert circuits.of_program(ours(fibonacci.NAME)) is Circuit.V6
    assert check(ours(fibonacci.NAME)) is Circuit.V6
    assert circuits.of_program(b"") is Circuit.V6
    told = {engine: circuits.of_engine(engine) for engine in Engine}
    assert {engine for engine, circuit in told.items() if circuit is Circuit.V3} == {Engine.SP1_V3}
