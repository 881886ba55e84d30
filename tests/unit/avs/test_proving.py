"""Contexts as runs for the signer process, and what becomes of its answers."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from cases.contexts import block_of
from cases.scroll_chain import chain
from eth_utils.crypto import keccak

from attestor.avs.contexts import NodeContextSource, of_witness
from attestor.avs.linking import linked_runs
from attestor.avs.proving import SignerBatchProver
from attestor.core.avs.context import BlockContext, Context
from attestor.core.avs.nodes import PROOF_END
from attestor.core.avs.poe import Poe
from attestor.core.scroll.eras import FEE_VAULT
from attestor.core.scroll.evidence import Evidence
from attestor.errors import DatabaseBusy, SignerGone, WrongChain
from attestor.errors.avs import BlocksUnknown, ContextRefused
from attestor.errors.scroll import (
    ScrollBatchMismatch,
    ScrollNodeFailed,
    ScrollWitnessIncomplete,
)
from attestor.executor.scroll import BlockRange
from attestor.scroll import headers
from attestor.scroll.witness import Trie, Witness
from attestor.signer.poe.claims import Claim
from attestor.signer.poe.client import ExecutedPart, SignedBatch

BLOCKS = tuple(of_witness(one) for one in chain(5))
CONTEXT = Context.of(BLOCKS)
SIGNED = SignedBatch(
    poe=Poe(*(bytes([place]) * 32 for place in range(5))),
    signature=b"\x07" * 65,
    signer=b"\x08" * 20,
    index=4711,
    version=4,
    first_block=BLOCKS[0].number,
    last_block=BLOCKS[-1].number,
    first_block_hash=BLOCKS[0].block_hash,
    last_block_hash=BLOCKS[-1].block_hash,
    transactions=15,
    l1_messages=5,
    gas_used=1,
    bound_by="",
)


class Signer:
    """Executes everything, unless there is an error for the call; `forgets` handles so often."""

    def __init__(self, *errors: Exception | None, forgets: int = 0) -> None:
        self.errors = list(errors)
        self.forgets = forgets
        self.executed: list[tuple[BlockRange, tuple[Claim, ...]]] = []
        self.signed: list[list[str]] = []
        self.lock = threading.Lock()

    def execute(self, blocks: BlockRange, claims: Sequence[Claim]) -> ExecutedPart:
        with self.lock:
            self.executed.append((blocks, tuple(claims)))
            error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        return ExecutedPart(str(headers.number(blocks.blocks[0].header)), 21_000, 0.1)

    def sign(self, handles: Sequence[str], arguments: bytes, evidence: Evidence) -> SignedBatch:
        self.signed.append(list(handles))
        if len(self.signed) <= self.forgets:
            raise BlocksUnknown("forgotten")
        return SIGNED


class Node:
    """Has blocks, and parts that witnesses lack."""

    label = "http://node.example"
    chain = 534352

    def __init__(self, *witnesses: Witness, header: bytes | Exception | None = None) -> None:
        self.witnesses = {one.number: one for one in witnesses}
        self._header = header
        self.asked: list[Any] = []

    def chain_id(self) -> int:
        return self.chain

    def header(self, number: int) -> bytes:
        assert self._header is not None
        if isinstance(self._header, Exception):
            raise self._header
        return self._header

    def witness(self, number: int, chain_id: int, euclid: int | None = None) -> Witness:
        return self.witnesses[number]

    def proof_nodes(self, address: bytes, slots: Sequence[bytes], number: int) -> frozenset[bytes]:
        self.asked.append((address, number))
        return frozenset({b"the missing one"})


def prove(signer: Signer, record: Any = None, node: Any = None, at_once: int = 2) -> Any:
    records: list[Any] = []
    made = SignerBatchProver(signer, record or (lambda *one: records.append(one)), node, at_once)
    try:
        return asyncio.run(made.prove(b"arguments", CONTEXT, Evidence())), records
    finally:
        made.close()


def test_linked__blocks__are_in_runs_each_with_the_header_before_it() -> None:
    runs = linked_runs(CONTEXT, None, 2).runs
    assert [len(run.blocks.blocks) for run in runs] == [3, 2]
    assert runs[0].blocks.parent == BLOCKS[0].parent_header
    assert runs[1].blocks.parent == BLOCKS[2].header
    assert runs[1].blocks.pre_state_root == headers.state_root(BLOCKS[2].header)
    assert [run.first for run in runs] == [BLOCKS[0].number, BLOCKS[3].number]
    assert runs[0].claims[0] == Claim(534352, FEE_VAULT, BLOCKS[0].prev_state_root)


@pytest.mark.parametrize(("count", "at_once", "sizes"), [(1, 2, [1]), (40, 2, [16, 16, 8])])
def test_linked__many_or_few__keep_to_the_bounds_of_a_child(
    count: int, at_once: int, sizes: list[int]
) -> None:
    context = Context.of(tuple(of_witness(one) for one in chain(count)))
    runs = linked_runs(context, None, at_once).runs
    assert [len(run.blocks.blocks) for run in runs] == sizes


def test_linked__blocks_that_do_not_follow__are_refused() -> None:
    with pytest.raises(ScrollBatchMismatch, match="another parent"):
        linked_runs(Context.of((BLOCKS[0], BLOCKS[2])), None, 2)


def without_parent() -> Context:
    return Context.of((replace(BLOCKS[0], parent_header=None), *BLOCKS[1:]))


def test_linked__no_header_before_it__is_asked_for() -> None:
    node: Any = Node(header=BLOCKS[0].parent_header)
    (first, *_) = linked_runs(without_parent(), node, 2).runs
    assert first.blocks.parent == BLOCKS[0].parent_header


@pytest.mark.parametrize(
    ("node", "told"),
    [(None, "set scroll_endpoint, or bring"), (Node(header=BLOCKS[1].header), "the chain kept")],
)
def test_linked__nobody_has_the_header_before_it__says_what_to_do(node: Any, told: str) -> None:
    with pytest.raises(ScrollBatchMismatch, match="nothing binds") as raised:
        linked_runs(without_parent(), node, 2)
    assert told in str(raised.value)


def test_linked__node_that_fails__is_told_as_one_that_may_answer_later() -> None:
    node: Any = Node(header=ScrollNodeFailed("busy", hint="check its URL"))
    with pytest.raises(ScrollNodeFailed, match="nothing binds .* busy") as raised:
        linked_runs(without_parent(), node, 2)
    assert "ask again" in str(raised.value)
    assert "set scroll_endpoint" not in str(raised.value)


def test_prove__runs__are_signed_in_order_and_recorded() -> None:
    signer = Signer()
    answer, records = prove(signer)
    assert signer.signed == [[str(BLOCKS[0].number), str(BLOCKS[3].number)]]
    assert (answer.batch_id, answer.poe, answer.signature) == (4711, SIGNED.poe, SIGNED.signature)
    assert records == [(SIGNED, CONTEXT, Evidence())]


def test_prove__children__run_at_once() -> None:
    barrier = threading.Barrier(2, timeout=10)

    class Both(Signer):
        def execute(self, blocks: BlockRange, claims: Sequence[Claim]) -> ExecutedPart:
            barrier.wait()
            return super().execute(blocks, claims)

    assert prove(Both())


def test_prove__handles_that_were_forgotten__are_made_anew() -> None:
    signer = Signer(forgets=2)
    assert prove(signer)
    assert len(signer.executed) == 3 * 2


def test_prove__handles_that_are_forgotten_each_time__end_in_the_error() -> None:
    with pytest.raises(BlocksUnknown):
        prove(Signer(forgets=99))


def test_prove__record_that_cannot_be_kept__gives_no_answer() -> None:
    def record(*_: object) -> None:
        raise DatabaseBusy("locked")

    with pytest.raises(DatabaseBusy):
        prove(Signer(), record)


def test_prove__run_that_fails__is_the_answer_and_nothing_is_signed() -> None:
    signer = Signer(SignerGone("gone"))
    with pytest.raises(SignerGone):
        prove(signer)
    assert signer.signed == []


def lacking() -> ScrollWitnessIncomplete:
    error = ScrollWitnessIncomplete("a node is missing")
    error.node, error.address = b"\x01" * 32, b"\x02" * 20
    return error


def test_prove__part_that_is_missing__is_asked_for() -> None:
    signer, node = Signer(lacking()), Node()
    assert prove(signer, node=node, at_once=1)
    assert node.asked == [(b"\x02" * 20, BLOCKS[0].number - 1)]
    assert b"the missing one" in signer.executed[1][0].nodes


def test_prove__part_that_is_missing_without_a_node__is_the_error() -> None:
    with pytest.raises(ScrollWitnessIncomplete):
        prove(Signer(lacking()), at_once=1)


def generated(node: Any, first: int, last: int) -> Context:
    return asyncio.run(NodeContextSource(node, 534352).context(first, last))


def test_context__of_a_nodes_witnesses__has_all_that_execution_needs() -> None:
    witnesses = chain(3)
    found = generated(Node(*witnesses), witnesses[0].number, witnesses[2].number)
    assert [block.number for block in found.blocks] == [one.number for one in witnesses]
    first = found.blocks[0]
    assert (first.coinbase, first.withdrawal_root) == (FEE_VAULT, bytes(32))
    assert first.parent_header == witnesses[0].parent
    assert first.mpt_nodes == (b"node %d" % first.number, b"shared")


def test_context__of_a_trace__has_what_upstream_puts_in() -> None:
    (witness,) = chain(1)
    traced = replace(witness, trie=Trie.ZKTRIE, withdraw_root=b"\x05" * 32, queue_index=9)
    block = of_witness(traced)
    assert PROOF_END in block.mpt_nodes
    assert (block.withdrawal_root, block.start_l1_queue_index) == (b"\x05" * 32, 9)


def test_context__node_of_another_chain__is_told_before_it_is_asked() -> None:
    node = Node()
    node.chain = 1
    with pytest.raises(WrongChain, match="scroll_chain_id"):
        generated(node, 7, 8)


def test_context__node_that_became_one_of_another_chain__is_told() -> None:
    (witness,) = chain(1)
    node: Any = Node(witness)
    source = NodeContextSource(node, 534352)
    assert asyncio.run(source.context(witness.number, witness.number))
    node.chain = 1
    with pytest.raises(WrongChain, match="scroll_chain_id"):
        asyncio.run(source.context(witness.number, witness.number))


def test_context__blocks_of_different_branches__are_the_nodes_fault() -> None:
    witnesses = chain(2)
    other = replace(witnesses[1], header=chain(2, time=1_700_000_000)[1].header)
    with pytest.raises(ScrollNodeFailed, match="reorganization"):
        generated(Node(witnesses[0], other), witnesses[0].number, other.number)


def test_context__larger_than_may_be__is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attestor.avs.contexts.MAX_TABLE_BYTES", 100)
    witnesses = chain(2)
    with pytest.raises(ContextRefused, match="fewer blocks"):
        generated(Node(*witnesses), witnesses[0].number, witnesses[1].number)


def test_require_bound__header_of_another_block_as_the_parents__is_refused() -> None:
    made: BlockContext = block_of(7, parent_header=b"\xc0")
    assert keccak(b"\xc0") != headers.parent_hash(made.header)
    with pytest.raises(Exception, match="another block's"):
        made.require_bound()
