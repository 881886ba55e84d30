"""The host's side of the guest programs."""

import struct

import pytest
import rlp

from attestor.core import header
from attestor.errors import HeaderInvalid, ProgramMissing
from attestor.programs import elf, fibonacci, header_chain


def fields(number: int) -> dict[str, str]:
    made = {name: "0x" + "00" * (length or 0) for name, length in header.FIELDS if length}
    made |= {name: "0x0" for name, length in header.FIELDS if length is None}
    return {**made, "extraData": "0x", "number": hex(number)}


@pytest.mark.parametrize("name", [fibonacci.NAME, header_chain.NAME])
def test_elf__guest_of_ours__is_a_riscv_elf(name: str) -> None:
    data = elf(name)
    assert data[:5] == b"\x7fELF\x02"
    assert struct.unpack_from("<H", data, 18) == (243,)


def test_elf__no_such_guest__says_how_to_build_it() -> None:
    with pytest.raises(ProgramMissing, match="no guest program nothing.*build-guests"):
        elf("nothing")


def test_fibonacci__stdin_and_result__are_upstreams() -> None:
    assert fibonacci.stdin(10) == [b"\x0a\x00\x00\x00"]
    found = fibonacci.decode(bytes.fromhex("0a0000003700000059000000"))
    assert found == fibonacci.Result(n=10, a=55, b=89)


def test_header_chain__stdin__is_count_and_rlp_headers() -> None:
    entries = header_chain.stdin([fields(5), fields(6)])
    assert entries[0] == b"\x02\x00\x00\x00"
    decoded = [rlp.decode(entry) for entry in entries[1:]]
    assert [item[8] for item in decoded] == [b"\x05", b"\x06"]
    assert all(len(item) == 15 for item in decoded)


def test_header_chain__malformed_block__is_refused() -> None:
    with pytest.raises(HeaderInvalid):
        header_chain.stdin([{}])


def test_header_chain__result__is_six_words() -> None:
    words = [bytes([n]) * 32 for n in (1, 2, 3, 4, 5, 6)]
    words[0] = (7).to_bytes(32, "big")
    words[3] = (9).to_bytes(32, "big")
    found = header_chain.decode(b"".join(words))
    assert (found.first_number, found.last_number) == (7, 9)
    assert (found.first_hash, found.last_state_root) == (b"\x02" * 32, b"\x06" * 32)
