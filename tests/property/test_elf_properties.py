"""No bytes make the checks of a program raise anything but their own errors."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestor.core.elf import check
from attestor.core.older_programs import majors, may_be_v3
from attestor.errors import ProgramInvalid, ProgramUnsupported

PROGRAM = (Path(__file__).resolve().parents[2] / "guests" / "elf" / "fibonacci.elf").read_bytes()
HEADERS_BYTES = 64 + 3 * 56


@given(st.binary(max_size=512))
def test_check__any_bytes__refused(program: bytes) -> None:
    with suppress(ProgramInvalid):
        check(program)
        raise AssertionError("passed as an SP1 program")


@given(st.binary(max_size=512))
def test_check__any_bytes_after_the_start_of_an_elf__refused(rest: bytes) -> None:
    with suppress(ProgramInvalid):
        check(PROGRAM[:20] + rest)
        raise AssertionError("passed as an SP1 program")


@given(
    st.dictionaries(st.integers(0, HEADERS_BYTES - 1), st.integers(0, 255), min_size=1, max_size=12)
)
def test_check__changed_headers__only_its_own_errors(changes: dict[int, int]) -> None:
    program = bytearray(PROGRAM)
    for position, value in changes.items():
        program[position] = value

    with suppress(ProgramInvalid):
        check(bytes(program))


@given(st.binary(max_size=512), st.sampled_from([b"", b"/sp1-zkvm-3.4.0", b"/sp1-lib-4.1.3"]))
def test_check__any_32_bit_program__named(rest: bytes, path: bytes) -> None:
    """By SP1's crates or by its addresses, whatever else it holds; never taken for v6's. One that
    SP1 v3 may run is told what is wrong with it instead."""
    program = b"\x7fELF\x01\x01\x01" + bytes(9) + PROGRAM[16:20] + rest + path

    if may_be_v3(majors(program)):
        with pytest.raises(ProgramInvalid):
            check(program)
        return
    with pytest.raises(ProgramUnsupported, match=r"which is for SP1 v[345]( or v4| to v5)?; "):
        check(program)


@given(
    st.integers(0, HEADERS_BYTES // 8 - 1),
    st.sampled_from([0, 1, 2**16, 2**31, 2**32 - 1, 2**47, 2**63, 2**64 - 1])
    | st.integers(0, 2**64 - 1),
)
def test_check__changed_word__only_its_own_errors(position: int, value: int) -> None:
    program = bytearray(PROGRAM)
    program[8 * position : 8 * position + 8] = value.to_bytes(8, "little")

    with suppress(ProgramInvalid):
        check(bytes(program))


def test_check__unchanged__passes() -> None:
    check(PROGRAM)
