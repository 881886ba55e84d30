"""The header-chain guest on the real executor: what it accepts, commits and refuses."""

from collections.abc import Callable

import pytest
import rlp
from eth_utils.crypto import keccak

from attestor.core.execution import Engine, Limits, require_signable
from attestor.errors import GuestFailed
from attestor.executor import NativeExecutor

PORTABLE = Engine.SP1_PORTABLE

Programs = Callable[[str], bytes]
Item = bytes | list[bytes]

STATE_ROOT = 3
NUMBER = 8
FIELDS = 15


def number_bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def fields(number: int, parent: bytes = bytes(32)) -> list[Item]:
    """The fields of a header of the first fork, with a state root of its own."""
    root = keccak(number_bytes(number))
    sizes = [bytes(32), bytes(20), root, bytes(32), bytes(32), bytes(256), b""]
    gas_and_time = [b"\x01\xc9\xc3\x80", b"\x52\x08", b"\x65\x00\x00\x01", b"extra"]
    return [parent, *sizes, number_bytes(number), *gas_and_time, bytes(32), bytes(8)]


def encode(items: list[Item]) -> bytes:
    encoded: bytes = rlp.encode(items)
    return encoded


def chain(start: int, length: int, *later: Item) -> list[bytes]:
    headers: list[bytes] = []
    for number in range(start, start + length):
        parent = keccak(headers[-1]) if headers else bytes(32)
        headers.append(encode([*fields(number, parent), *later]))
    return headers


def stdin(headers: list[bytes], count: int | None = None) -> list[bytes]:
    return [(len(headers) if count is None else count).to_bytes(4, "little"), *headers]


def words(number: int, header: bytes) -> bytes:
    return number.to_bytes(32, "big") + keccak(header) + keccak(number_bytes(number))


@pytest.fixture
def commits(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> Callable[[list[bytes]], bytes]:
    def run(entries: list[bytes]) -> bytes:
        outcome = executor.execute(guest("header-chain"), entries, limits, PORTABLE)
        require_signable(outcome)
        return outcome.public_values

    return run


@pytest.fixture
def fails(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> Callable[[list[bytes], str], None]:
    def run(entries: list[bytes], reason: str) -> None:
        outcome = executor.execute(guest("header-chain"), entries, limits, PORTABLE)
        assert outcome.exit_code == 1
        assert outcome.public_values == b""
        with pytest.raises(GuestFailed, match=reason):
            require_signable(outcome)

    return run


Commits = Callable[[list[bytes]], bytes]
Fails = Callable[[list[bytes], str], None]


@pytest.mark.parametrize(
    ("start", "length"), [(0, 1), (0, 3), (20_000_000, 1), (127, 4), (2**32 - 2, 4), (9, 100)]
)
def test_header_chain__consecutive_headers__first_and_last_are_committed(
    commits: Commits, start: int, length: int
) -> None:
    headers = chain(start, length)
    last = start + length - 1

    assert commits(stdin(headers)) == words(start, headers[0]) + words(last, headers[-1])


def test_header_chain__highest_number__committed(commits: Commits) -> None:
    header = chain(2**64 - 1, 1)

    assert commits(stdin(header)) == words(2**64 - 1, header[0]) * 2


@pytest.mark.parametrize(
    "later",
    [
        pytest.param((b"\x07",), id="london"),
        pytest.param((b"\x07", bytes(32), b"", b"\x83", bytes(32), bytes(32)), id="prague"),
        pytest.param((b"\x07", bytes(32), b"", b"", bytes(32), bytes(32), bytes(32)), id="later"),
        pytest.param(([b"a", b"list"], b""), id="a list some day"),
    ],
)
def test_header_chain__fields_of_later_forks__accepted(
    commits: Commits, later: tuple[Item, ...]
) -> None:
    headers = chain(22_000_000, 3, *later)

    assert commits(stdin(headers))[32:64] == keccak(headers[0])


@pytest.mark.parametrize("length", [0, 1, 55, 56, 135, 136, 137, 272, 4096])
def test_header_chain__header_of_any_length__hashed_like_keccak(
    commits: Commits, length: int
) -> None:
    items = fields(5)
    items[12] = bytes(length)
    header = encode(items)

    assert commits(stdin([header])) == words(5, header) * 2


def test_header_chain__missing_link__refused(fails: Fails) -> None:
    headers = chain(100, 4)

    fails(stdin([headers[0], headers[2]]), "parent hash is not the hash")
    fails(stdin(headers[::-1]), "parent hash is not the hash")
    fails(stdin([headers[0], headers[0]]), "parent hash is not the hash")


@pytest.mark.parametrize("number", [0, 6, 8, 1000])
def test_header_chain__number_that_does_not_rise_by_one__refused(fails: Fails, number: int) -> None:
    first = encode(fields(6))

    fails(stdin([first, encode(fields(number, keccak(first)))]), "numbers do not rise by one")


def test_header_chain__number_that_wraps__refused(fails: Fails) -> None:
    first = encode(fields(2**64 - 1))

    fails(stdin([first, encode(fields(0, keccak(first)))]), "numbers do not rise by one")


def test_header_chain__count_that_is_not_the_headers__refused(fails: Fails) -> None:
    headers = chain(1, 3)

    fails(stdin(headers, 2), "more headers than its count")
    fails(stdin(headers, 4), "fewer headers than its count")
    fails(stdin(headers, 65536), "fewer headers than its count")
    fails(stdin([], 0), "count of headers is 0 or more than 65536")
    fails(stdin(headers, 65537), "count of headers is 0 or more than 65536")


@pytest.mark.parametrize("entries", [[], [b""], [b"\1\0\0"], [bytes(8)]])
def test_header_chain__no_count__refused(fails: Fails, entries: list[bytes]) -> None:
    fails(entries, "entry 0 is not a count")


def test_header_chain__long_header__refused(fails: Fails, commits: Commits) -> None:
    items = fields(5)
    extra = bytes(16384 - len(encode(items)) + 5 - 2)
    items[12] = extra
    fits = encode(items)
    assert len(fits) == 16384
    assert commits(stdin([fits]))
    items[12] = extra + b"x"

    fails(stdin([encode(items)]), "longer than 16384 bytes")


def replaced(position: int, value: Item) -> bytes:
    items = fields(5)
    items[position] = value
    return encode(items)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(replaced(0, bytes(31)), id="short parent hash"),
        pytest.param(replaced(0, bytes(33)), id="long parent hash"),
        pytest.param(replaced(STATE_ROOT, b""), id="no state root"),
        pytest.param(replaced(NUMBER, bytes(1)), id="number 0 as a byte"),
        pytest.param(replaced(NUMBER, b"\x00\x05"), id="number with a leading zero"),
        pytest.param(replaced(NUMBER, b"\x01" + bytes(8)), id="number of 9 bytes"),
    ],
)
def test_header_chain__malformed_field__refused(fails: Fails, header: bytes) -> None:
    fails(stdin([header]), "parent hash, state root or number is malformed")


@pytest.mark.parametrize("position", [0, 1, STATE_ROOT, NUMBER, 14])
def test_header_chain__list_in_place_of_a_field__refused(fails: Fails, position: int) -> None:
    fails(stdin([replaced(position, [b"a"])]), "malformed field")


@pytest.mark.parametrize("count", [0, 1, 14])
def test_header_chain__too_few_fields__refused(fails: Fails, count: int) -> None:
    fails(stdin([encode(fields(5)[:count])]), "fewer than 15 fields")


def rest() -> bytes:
    """The payload of a sound header."""
    return b"".join(rlp.encode(item) for item in fields(5))


def as_list(payload: bytes) -> bytes:
    return b"\xf9" + len(payload).to_bytes(2, "big") + payload


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        pytest.param(b"", "not one RLP list", id="nothing"),
        pytest.param(b"\x80", "not one RLP list", id="a string"),
        pytest.param(as_list(rest()) + b"\0", "not one RLP list", id="bytes after it"),
        pytest.param(as_list(rest())[:-1], "not one RLP list", id="cut off"),
        pytest.param(
            b"\xfa\0" + as_list(rest())[1:], "not one RLP list", id="length with a leading zero"
        ),
        pytest.param(b"\xff" + b"\xff" * 8, "not one RLP list", id="huge length"),
        pytest.param(b"\xf8\x01\x05", "not one RLP list", id="long form of a short list"),
        pytest.param(b"\xf8", "not one RLP list", id="no length"),
        pytest.param(as_list(rest() + b"\x81\x05"), "malformed field", id="small byte as string"),
        pytest.param(as_list(rest() + b"\xb8\x01\xff"), "malformed field", id="long short string"),
        pytest.param(
            as_list(rest() + b"\xb8\x37" + bytes(55)), "malformed field", id="long form of 55 bytes"
        ),
        pytest.param(as_list(rest() + b"\x82\x05"), "malformed field", id="field over the end"),
        pytest.param(as_list(rest() + b"\xbf" + b"\xff" * 8), "malformed field", id="huge field"),
    ],
)
def test_header_chain__malformed_rlp__refused(fails: Fails, header: bytes, reason: str) -> None:
    fails(stdin([header]), reason)
