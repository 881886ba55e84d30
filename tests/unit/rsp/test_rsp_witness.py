"""A node's block and witness against each other, with nodes that say something else."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
import rlp
from benchmarks.block import state, trie
from benchmarks.block.chain import MinedBlock
from benchmarks.block.state import Account
from cases.rsp_node import MadeNode
from cases.scroll_node import Refusal
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from attestor.core.ordered_trie import root_of
from attestor.errors import AttestorError, RpcError
from attestor.errors.rsp import RspBlockUnsupported, RspMethodMissing, RspWitnessInvalid
from attestor.rsp.node import EthereumNode
from attestor.rsp.stdin import encode
from attestor.rsp.touched import BEACON_ROOTS, SYSTEM
from attestor.rsp.witness import NO_OMMERS, PRAGUE_TIME

CONTRACT = b"\x0c" * 20
STATE = {bytes([n]) * 20: Account(n) for n in range(30, 90)} | {
    CONTRACT: Account(1, code=b"code", storage={slot: 1 + slot for slot in range(20)})
}
STORAGE = {CONTRACT: state.storage_trie(STATE[CONTRACT])}
RAW = bytes(rlp.encode([b"\x01", b"\x09", b"\x52\x08", CONTRACT, b"", b"", b"\x1c", b"r", b"s"]))
WITHDRAWALS = [[b"\x01", b"\x02", b"\x03" * 20, b"\x04"]]


def header(
    number: int, parent: bytes, transactions: list[bytes], time: int = 1_725_000_000
) -> bytes:
    paid = root_of([bytes(rlp.encode(one)) for one in WITHDRAWALS])
    fields: list[Any] = [parent, NO_OMMERS, b"\xfe" * 20]
    fields += [
        trie.root(state.state_trie(STATE, STORAGE)),
        root_of(transactions),
        bytes(32),
        bytes(256),
    ]
    fields += [0, number, 30_000_000, 0, time, b"", bytes(32), bytes(8), 7, paid, 0, 0, bytes(32)]
    return bytes(rlp.encode(fields))


PARENT = header(21_000_000, bytes(32), [])


def made(**changes: Any) -> MadeNode:
    block = MinedBlock(
        header(21_000_001, keccak(PARENT), [RAW]), PARENT, (RAW,), {CONTRACT: {5}}, 0, b""
    )
    return replace(MadeNode(STATE, block, WITHDRAWALS), **changes)


@dataclass(frozen=True)
class Transport:
    """A node without HTTP."""

    node: MadeNode
    label: str = "http://node.example:8545"

    def call(self, method: str, params: list[Any], *bounds: Any) -> Any:
        try:
            return self.node.answer(method, params)
        except Refusal as refusal:
            raise RpcError(refusal.said, number=refusal.number) from None


def stdin(node: MadeNode, wanted: int | bytes | None = None) -> bytes:
    asked = node.number() if wanted is None else wanted
    return encode(EthereumNode(Transport(node)).guest_input(asked))


def test_guest_input__both_forms__name_what_the_block_reads() -> None:
    for is_reth in (False, True):
        found = EthereumNode(Transport(made(is_reth=is_reth))).guest_input(21_000_001)
        assert found.slots[CONTRACT] == (5,)
        assert found.ancestors == (PARENT,)
        assert trie.root(found.storage_tries[CONTRACT]) == trie.root(STORAGE[CONTRACT])


SYSTEM_CALL = (b"\xfe" * 20, SYSTEM, BEACON_ROOTS)
"""Who gets the fees, who calls, and who is called."""


@pytest.mark.parametrize("account", SYSTEM_CALL)
def test_guest_input__witness_without_an_account_of_the_system_call__asks_for_it(
    account: bytes,
) -> None:
    shows = (CONTRACT, *(other for other in SYSTEM_CALL if other != account))
    node = made(shows=shows)
    found = EthereumNode(Transport(node)).guest_input(21_000_001)
    # The guest is given the account by name, which is there whether or not it exists.
    assert set(SYSTEM_CALL) <= set(found.storage_tries)
    with pytest.raises(RspMethodMissing, match="eth_getProof"):
        stdin(replace(node, lacking=frozenset({"eth_getProof"})))
    with pytest.raises(RspWitnessInvalid, match=f"shows the account 0x{account.hex()}"):
        stdin(replace(node, altered={"eth_getProof": {"accountProof": []}}))


def test_guest_input__witness_with_all_that_is_read__needs_no_proofs() -> None:
    assert stdin(made(shows=(CONTRACT, *SYSTEM_CALL), lacking=frozenset({"eth_getProof"})))


def test_guest_input__no_tracers__keys_have_to_do() -> None:
    lacking = frozenset({"debug_traceBlockByNumber"})
    assert stdin(made(is_reth=True, lacking=lacking))
    with pytest.raises(RspMethodMissing, match="debug_traceBlockByNumber"):
        stdin(made(is_reth=False, lacking=lacking))


@pytest.mark.parametrize("method", ["debug_getRawBlock", "debug_executionWitness"])
def test_guest_input__method_missing__says_which(method: str) -> None:
    with pytest.raises(RspMethodMissing, match=method) as caught:
        stdin(made(lacking=frozenset({method})))
    assert "--http.api" in str(caught.value)


def test_guest_input__another_chain__is_refused() -> None:
    with pytest.raises(RspBlockUnsupported, match="chain id 10"):
        stdin(made(chain_id=10))


def with_header(node: MadeNode, encoded: bytes) -> MadeNode:
    return replace(node, block=replace(node.block, header=encoded))


def test_guest_input__block_of_prague__is_refused() -> None:
    later = header(22_431_084, keccak(PARENT), [RAW], PRAGUE_TIME)
    with pytest.raises(RspBlockUnsupported, match="Prague"):
        stdin(with_header(made(), later))


def test_guest_input__block_before_the_merge__is_refused() -> None:
    with pytest.raises(RspBlockUnsupported, match="merge"):
        stdin(with_header(made(), header(15_537_393, keccak(PARENT), [RAW])))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"withdrawals": []}, "withdrawals"),
        ({"altered": {"debug_getRawBlock": "0xc0"}}, "no RLP of a block"),
        ({"altered": {"debug_getRawBlock": "0x80"}}, "no RLP of a block"),
        ({"altered": {"debug_executionWitness": {"state": [], "headers": []}}}, "parent"),
        (
            {"altered": {"debug_executionWitness": {"headers": ["0x" + PARENT.hex()]}}},
            "lacks the root",
        ),
        ({"altered": {"debug_traceBlockByNumber": []}}, "no trace of each"),
        ({"altered": {"debug_traceBlockByNumber": [{"result": {"0x1": 5}}]}}, "gave no trace"),
    ],
    ids=["withdrawals", "empty list", "no list", "no parent", "no root", "no traces", "odd trace"],
)
def test_guest_input__answer_of_something_else__is_refused(change: Any, said: str) -> None:
    with pytest.raises(RspWitnessInvalid, match=said):
        stdin(made(**change))


def test_guest_input__other_transactions__are_refused() -> None:
    node = made()
    other = replace(node.block, transactions=(RAW, RAW))
    with pytest.raises(RspWitnessInvalid, match="other transactions"):
        stdin(replace(node, block=other))


RAW_BLOCK = bytes.fromhex(made().debug_getRawBlock([hex(21_000_001)])[2:])
HASH = keccak(made().block.header)
GENUINE = stdin(made())


@settings(deadline=None, max_examples=50)
@given(st.integers(0, len(RAW_BLOCK) - 1), st.integers(1, 255))
def test_guest_input__changed_byte_in_the_block__is_refused(place: int, change: int) -> None:
    changed = bytearray(RAW_BLOCK)
    changed[place] ^= change
    node = made(altered={"debug_getRawBlock": "0x" + changed.hex()})
    node.altered["eth_getBlockByHash"] = {"number": hex(21_000_001)}
    with pytest.raises(AttestorError):
        stdin(node, HASH)


WITNESS = made().debug_executionWitness([])
WITNESS_NODES = WITNESS["state"]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, len(WITNESS_NODES) - 1), st.data())
def test_guest_input__changed_node__is_refused_or_left_out(which: int, data: st.DataObject) -> None:
    """A node is known by its hash, so a changed one is as good as none; its parent keeps the
    genuine digest, and a root stays the root."""
    raw = bytearray(bytes.fromhex(WITNESS_NODES[which][2:]))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    nodes = [*WITNESS_NODES]
    nodes[which] = "0x" + raw.hex()
    witness = {**WITNESS, "state": nodes}
    try:
        found = EthereumNode(
            Transport(made(altered={"debug_executionWitness": witness}))
        ).guest_input(21_000_001)
    except AttestorError:
        return
    assert trie.root(found.state_trie) == rlp.decode(PARENT)[3]
