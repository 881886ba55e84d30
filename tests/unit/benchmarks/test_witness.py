"""What of a state the guest is given for a block."""

import pytest
from benchmarks.block import state, trie, witness
from benchmarks.block.chain import MinedBlock
from benchmarks.block.state import Account
from benchmarks.block.trie import Branch, Digest, Leaf
from benchmarks.block.unusable import BlockUnusable
from eth_utils.crypto import keccak

from attestor.rsp.touched import BEACON_ROOTS, SYSTEM

pytestmark = pytest.mark.slow

CONTRACT, READ, ABSENT = (bytes([n]) * 20 for n in (1, 2, 3))
STATE = {bytes([n]) * 20: Account(n) for n in range(30, 250)} | {
    CONTRACT: Account(1, code=b"code", storage={slot: 1 + slot for slot in range(40)}),
    READ: Account(2, code=b"more"),
}


def block(root: bytes | None = None) -> MinedBlock:
    storage = {CONTRACT: state.storage_trie(STATE[CONTRACT])}
    known = trie.root(state.state_trie(STATE, storage))
    touched = {CONTRACT: {5, 99}, READ: set(), ABSENT: set()}
    return MinedBlock(b"header", b"parent", (b"raw",), touched, 0, root or known)


def test_of__root_of_another_state__is_refused() -> None:
    with pytest.raises(BlockUnusable, match="root"):
        witness.of(STATE, block(bytes(32)))


def test_of__touched_slots__are_requested_and_nothing_else() -> None:
    given = witness.of(STATE, block())
    assert given.slots[CONTRACT] == (5, 99)
    always = {BEACON_ROOTS, SYSTEM}
    always |= {number.to_bytes(20, "big") for number in range(1, 11)}
    assert set(given.slots) == {CONTRACT, READ, ABSENT} | always


def test_of__every_requested_account__has_a_storage_trie() -> None:
    given = witness.of(STATE, block())
    assert set(given.storage_tries) == set(given.slots)
    assert given.storage_tries[READ] is None
    assert given.storage_tries[ABSENT] is None


def test_of__tries__are_cut_and_keep_their_roots() -> None:
    mined = block()
    given = witness.of(STATE, mined)
    assert trie.root(given.state_trie) == mined.state_root
    storage = given.storage_tries[CONTRACT]
    assert trie.root(storage) == trie.root(state.storage_trie(STATE[CONTRACT]))
    assert b"\x06" in _values(storage)
    assert len(_values(storage)) < 10
    assert len(_values(given.state_trie)) < len(STATE) / 2


def test_of__codes__each_once_and_the_empty_one() -> None:
    assert sorted(witness.of(STATE, block()).codes) == [b"", b"code", b"more"]


def test_slot_key__number__hash_of_its_word() -> None:
    assert state.slot_key(5) == keccak(bytes(31) + b"\x05")


def _values(node: trie.Trie) -> set[bytes]:
    """Of all leaves that are not left out, unless they only stand at the end of an absent key."""
    match node:
        case Leaf():
            return {node.value}
        case Branch():
            return set().union(*map(_values, node.children))
        case None | Digest():
            return set()
        case _:
            return _values(node.child)
