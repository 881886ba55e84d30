"""The whole entry: tries, requests and codes behind the block."""

import rlp
from benchmarks.block import trie
from eth_utils.crypto import keccak

from attestor.rsp import block, stdin
from attestor.rsp.stdin import GuestInput

ROOT = b"\x03" * 32
HEADER = rlp.encode([ROOT] * 6 + [b""] * 10 + [ROOT, b"", b"", ROOT])
ADDRESS = b"\xaa" * 20
LONG = b"v" * 40


def length(number: int) -> bytes:
    return number.to_bytes(8, "little")


def state_trie_of(tree: trie.Trie) -> bytes:
    """What stands for a state trie, where everything around it is as small as can be."""
    given = GuestInput(HEADER, (), (HEADER,), tree, {}, {}, ())
    encoded = stdin.encode(given)
    ahead = block.block(HEADER, ()) + length(1) + block.header_of(HEADER)
    assert encoded.startswith(ahead)
    assert encoded.endswith(bytes(24))
    return encoded[len(ahead) : -24]


def test_encode__empty_trie__its_variant_alone() -> None:
    assert state_trie_of(None) == bytes(4)


def test_encode__leaf__path_and_value() -> None:
    path = b"\x20\x12"
    leaf = b"\x02\0\0\0" + length(2) + path + length(40) + LONG
    assert state_trie_of(trie.build({b"\x12": LONG})) == leaf


def test_encode__branch__sixteen_options_without_a_length() -> None:
    whole = trie.build({b"\x12": LONG, b"\xef": LONG})
    first = b"\x01\x02\0\0\0" + length(1) + b"\x32" + length(40) + LONG
    digest = keccak(rlp.encode([b"\x3f", LONG]))
    other = b"\x01\x04\0\0\0" + length(32) + digest
    expected = b"\x01\0\0\0" + b"\0" + first + bytes(12) + other + b"\0"
    assert state_trie_of(trie.pruned(whole, [b"\x12"])) == expected


def test_encode__extension__path_and_child() -> None:
    whole = trie.build({b"\x12\x34": LONG, b"\x12\x35": LONG})
    encoded = state_trie_of(trie.pruned(whole, [b"\x77\x77"]))
    assert encoded.startswith(b"\x03\0\0\0" + length(2) + b"\x11\x23" + b"\x04\0\0\0" + length(32))


def test_encode__storage_requests_and_codes__in_this_order() -> None:
    given = GuestInput(
        HEADER, (), (HEADER,), None, {ADDRESS: None}, {ADDRESS: (1, 2)}, (b"", b"code")
    )
    storage = length(1) + length(32) + keccak(ADDRESS) + bytes(4)
    slots = b"".join(length(32) + slot.to_bytes(32, "big") for slot in (1, 2))
    requests = length(1) + length(20) + ADDRESS + length(2) + slots
    codes = length(2) + bytes(4) + length(0) + bytes(4) + length(4) + b"code"
    assert stdin.encode(given).endswith(bytes(4) + storage + requests + codes)
