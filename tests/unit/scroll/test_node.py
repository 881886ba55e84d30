"""Scroll nodes of both kinds, and what goes wrong with them."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rlp
from cases.scroll_chain import FIRST, TIME, chain, header
from cases.scroll_node import L2GETH, RETH, RecordedNode
from eth_utils.crypto import keccak

from attestor.chain.rpc import Bounds
from attestor.core.scroll.eras import CHAINS, MAINNET, is_mpt
from attestor.core.text import to_hex
from attestor.errors import RpcAnswerInvalid, RpcError, RpcThrottled, RpcUnreachable
from attestor.errors.scroll import (
    ScrollMethodMissing,
    ScrollNodeFailed,
    ScrollWitnessUnreadable,
)
from attestor.scroll import fetching
from attestor.scroll.client_software import Kind, software_of
from attestor.scroll.fields import Fields
from attestor.scroll.node import TRACE, WITNESS, ScrollNode
from attestor.scroll.probe import probe
from attestor.scroll.verification import Verdict
from attestor.scroll.witness import from_trace

BLOCKS = {one.number: one for one in chain(4)}


def node(served: RecordedNode) -> tuple[ScrollNode, list[float]]:
    pauses: list[float] = []
    return ScrollNode(served, sleep=pauses.append), pauses


@pytest.mark.parametrize("geth_shape", [False, True])
@pytest.mark.parametrize("headers_in_witness", [False, True])
def test_witness__of_either_node__is_what_was_recorded(
    geth_shape: bool, headers_in_witness: bool
) -> None:
    served = RecordedNode(BLOCKS, geth_shape=geth_shape, headers_in_witness=headers_in_witness)
    found = node(served)[0].witness(FIRST + 1, MAINNET)
    assert found == BLOCKS[FIRST + 1]
    assert (served.asked.count("eth_getBlockByNumber") == 1) is headers_in_witness


@pytest.mark.parametrize(
    ("version", "flag"),
    [
        (RETH, "--http.api eth,net,web3,debug"),
        (L2GETH, "--http.api eth,net,web3,debug,scroll"),
        ("Nethermind/v1.31", "--http.api eth,net,web3,debug"),
    ],
)
def test_witness__node_without_the_namespace__says_which_flag_to_add(
    version: str, flag: str
) -> None:
    served = RecordedNode(BLOCKS, version=version, lacks=(WITNESS,))
    with pytest.raises(ScrollMethodMissing, match=WITNESS) as caught:
        node(served)[0].witness(FIRST, MAINNET)
    assert flag in str(caught.value.hint)
    assert ("scroll" in str(caught.value.hint)) is (version == L2GETH)


def test_chain_id__that_is_none__names_the_node(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a service with several nodes, whose texts clients get too."""
    served = RecordedNode(BLOCKS)
    monkeypatch.setattr(served, "call", lambda *given, **named: None)
    with pytest.raises(RpcAnswerInvalid, match=f"chain id of {served.label} is null"):
        node(served)[0].chain_id()


def test_witness__before_euclid__asks_for_a_trace() -> None:
    old = chain(1, first=10, time=1_700_000_000)[0]
    served = RecordedNode({10: old}, version=L2GETH, lacks=(TRACE,))
    with pytest.raises(ScrollMethodMissing, match=TRACE):
        node(served)[0].witness(10, MAINNET)
    assert WITNESS not in served.asked
    reth = RecordedNode({10: old}, version=RETH, lacks=(TRACE,))
    with pytest.raises(ScrollMethodMissing) as caught:
        node(reth)[0].witness(10, MAINNET)
    assert "l2geth" in str(caught.value.hint)


def test_witness__before_euclid__is_the_trace_with_the_parents_header(vectors: Path) -> None:
    text = (vectors / "scroll" / "traces" / "mainnet-1341.json").read_text()
    trace = json.loads(text)["result"]
    found = from_trace(Fields(trace, "it"))
    before = header(1340, bytes(32), 1_690_000_000)
    items = rlp.decode(found.header)
    items[0] = keccak(before)
    old = replace(found, header=rlp.encode(items), parent=before)
    trace["header"] |= {"parentHash": to_hex(items[0]), "hash": to_hex(keccak(old.header))}
    served = RecordedNode({1341: old}, version=L2GETH, traces={1341: trace})
    given = node(served)[0].witness(1341, MAINNET)
    assert given == replace(old, hash=keccak(old.header))
    trace["header"]["gasUsed"] = "0x1"
    with pytest.raises(ScrollWitnessUnreadable, match="another header"):
        node(served)[0].witness(1341, MAINNET)


def test_witness__throttled__waits_as_long_as_it_is_asked_to() -> None:
    faults: list[Exception] = [RpcThrottled("429", seconds=7), RpcUnreachable("cut off")]

    def before(method: str) -> None:
        if method == WITNESS and faults:
            raise faults.pop(0)

    asked, pauses = node(RecordedNode(BLOCKS, before=before))
    assert asked.witness(FIRST, MAINNET) == BLOCKS[FIRST]
    assert pauses == [7, 1.0]


def test_witness__throttled_for_hours__does_not_wait_for_hours() -> None:
    def before(method: str) -> None:
        raise RpcThrottled("429", seconds=3600)

    asked, pauses = node(RecordedNode(BLOCKS, before=before))
    with pytest.raises(ScrollNodeFailed, match="4 times"):
        asked.witness(FIRST, MAINNET)
    assert pauses == [30.0] * 3


def test_witness__unreachable__gives_up_after_some_attempts() -> None:
    def before(method: str) -> None:
        raise RpcUnreachable("no answer", hint="look")

    asked, pauses = node(RecordedNode(BLOCKS, before=before))
    with pytest.raises(ScrollNodeFailed, match="no answer"):
        asked.witness(FIRST, MAINNET)
    assert pauses == [0.5, 1.0, 2.0]


def test_witness__closed_while_it_waits__asks_no_more() -> None:
    def before(method: str) -> None:
        raise RpcThrottled("429", seconds=30)

    served = RecordedNode(BLOCKS, before=before)
    pauses: list[float] = []

    def closes(seconds: float) -> None:
        pauses.append(seconds)
        asked.close()

    asked = ScrollNode(served, sleep=closes)
    with pytest.raises(ScrollNodeFailed):
        asked.witness(FIRST, MAINNET)
    assert pauses == [30.0]


def test_close__from_another_thread__ends_its_pause() -> None:
    throttled = threading.Event()

    def before(method: str) -> None:
        throttled.set()
        raise RpcThrottled("429", seconds=30)

    asked = ScrollNode(RecordedNode(BLOCKS, before=before))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(asked.witness, FIRST, MAINNET)
        assert throttled.wait(10)
        asked.close()
        with pytest.raises(ScrollNodeFailed):
            waiting.result(10)


def test_repairs__answers_longer_than_any__are_bounded() -> None:
    bounds: dict[str, Bounds] = {}

    class Watched(RecordedNode):
        def call(self, method: str, params: list[Any], *rest: Any) -> Any:
            bounds[method] = rest[-1]
            return {"accountProof": []} if method == "eth_getProof" else "0x"

    asked = ScrollNode(Watched(BLOCKS))
    asked.proof_nodes(bytes(20), [bytes(32)], FIRST)
    asked.code(bytes(20), FIRST)
    for found in bounds.values():
        # Two paths of 64 nodes of 532 bytes, or a code of twice the limit, as hexadecimal text.
        assert 2 * 2 * 64 * 532 < found.bytes <= 4 << 20
    assert set(bounds) == {"eth_getProof", "eth_getCode"}


def test_witness__block_that_is_missing__says_so() -> None:
    with pytest.raises(ScrollNodeFailed, match=str(FIRST + 100)):
        node(RecordedNode(BLOCKS))[0].witness(FIRST + 100, MAINNET)


Change = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.mark.parametrize(
    ("method", "change", "said"),
    [
        ("eth_getBlockByNumber", lambda block: {**block, "gasUsed": "0x1"}, "does not hash"),
        ("eth_getBlockByNumber", lambda block: {**block, "hash": "0x12"}, "2 bytes|1 bytes"),
        ("eth_getBlockByNumber", lambda block: {**block, "transactions": [1]}, "transaction 0"),
        ("eth_getBlockByNumber", lambda block: [block], "not an object"),
        (WITNESS, lambda found: {**found, "state": ["0xzz"]}, "not 0x text"),
        (WITNESS, lambda found: {**found, "state": None}, "has no state"),
        (WITNESS, lambda found: {**found, "codes": 7}, "neither a list"),
        (WITNESS, lambda found: "0x", "not an object"),
    ],
)
def test_witness__answer_that_is_none__is_told_with_its_place(
    method: str, change: Change, said: str
) -> None:
    class Lying(RecordedNode):
        def answer(self, asked: str, params: list[Any]) -> Any:
            found = super().answer(asked, params)
            return change(found) if asked == method else found

    with pytest.raises(ScrollWitnessUnreadable, match=said):
        node(Lying(BLOCKS))[0].witness(FIRST, MAINNET)


def test_witness__parent_of_another_branch__is_refused() -> None:
    other = replace(BLOCKS[FIRST + 1], parent=None)
    blocks = {FIRST: chain(1, time=TIME + 5)[0], FIRST + 1: other}
    with pytest.raises(ScrollWitnessUnreadable, match="not the parent"):
        node(RecordedNode(blocks))[0].witness(FIRST + 1, MAINNET)


@pytest.mark.parametrize(
    "parent",
    [
        b"",
        b"garbage",
        b"\xc0",
        b"\x83abc",
        rlp.encode([b"a"] * 3),
        rlp.encode([[b"a"]] * 16),
        rlp.encode([*rlp.decode(header(FIRST, bytes(32))), *[b"more"] * 9]),
        rlp.encode([b"short", *rlp.decode(header(FIRST, bytes(32)))[1:]]),
        b"\xf9\xff\xff" + b"\xc0" * 0xFFFF,
        rlp.encode([bytes(1 << 20)]),
    ],
    ids=range(10),
)
def test_witness__parent_that_is_no_header__is_refused(parent: bytes) -> None:
    """Whoever makes up a block can have its parent hash be that of anything."""
    made = header(FIRST, keccak(parent))
    block = replace(BLOCKS[FIRST], header=made, hash=keccak(made), parent=None)

    class MadeUp(RecordedNode):
        def answer(self, method: str, params: list[Any]) -> Any:
            found = super().answer(method, params)
            return {**found, "headers": [to_hex(parent)]} if method == WITNESS else found

    with pytest.raises(ScrollWitnessUnreadable, match=rf"block {FIRST}.headers\[0\]"):
        node(MadeUp({FIRST: block}))[0].witness(FIRST, MAINNET)


def test_header__of_another_block_than_asked_for__is_refused() -> None:
    """It hashes to what the node says of it."""

    class Ahead(RecordedNode):
        def _block(self, number: int, whole: bool) -> Any:
            return super()._block(number + 1, whole)

    asked, _ = node(Ahead(BLOCKS))
    with pytest.raises(ScrollWitnessUnreadable, match=f"block {FIRST}.*of another number"):
        asked.header(FIRST)
    with pytest.raises(ScrollWitnessUnreadable, match=f"block {FIRST}.*of another number"):
        asked.witness(FIRST, MAINNET)


def test_proof_nodes__of_an_account__are_all_nodes() -> None:
    address = b"\x53" * 20
    served = RecordedNode(BLOCKS, proofs={to_hex(address): ["0x0102", "0x03"]})
    assert node(served)[0].proof_nodes(address, [], FIRST) == {b"\1\2", b"\3"}


def test_probe__reth__asks_for_the_newest_block_alone() -> None:
    served = RecordedNode(BLOCKS)
    found = probe(node(served)[0])
    assert (found.kind, found.has_witness, found.has_trace) == (Kind.RETH, True, False)
    assert (found.head, found.chain, found.advice) == (FIRST + 3, "Scroll", ())
    assert TRACE not in served.asked
    assert "since Euclid" in found.range


def test_probe__l2geth_without_both__says_both_flags() -> None:
    found = probe(node(RecordedNode(BLOCKS, version=L2GETH, lacks=(WITNESS, TRACE)))[0])
    assert (found.has_witness, found.has_trace, found.range) == (False, False, "no blocks")
    assert len(found.advice) == 2
    assert all("--http.api eth,net,web3,debug,scroll" in line for line in found.advice)


def test_probe__node_of_the_zktrie__can_do_old_blocks() -> None:
    traces: dict[int, Any] = {FIRST + 3: {"storageTrace": {}}}
    found = probe(node(RecordedNode(BLOCKS, version=L2GETH, lacks=(WITNESS,), traces=traces))[0])
    assert found.has_trace
    assert found.range.startswith("blocks before Euclid")


def test_probe__node_that_does_not_tell_its_version__is_some_node() -> None:
    lacks = (WITNESS, TRACE, "web3_clientVersion")
    found = probe(node(RecordedNode(BLOCKS, lacks=lacks))[0])
    assert (found.kind, found.version) == (Kind.UNKNOWN, "software that it does not tell")
    assert found.advice[0].endswith("start it with --http.api eth,net,web3,debug")
    with pytest.raises(ScrollMethodMissing, match="does not serve debug_executionWitness"):
        node(RecordedNode(BLOCKS, lacks=lacks))[0].witness(FIRST, 534352)


def test_probe__method_that_is_there_and_fails__is_told_with_what_it_says() -> None:
    def fail(method: str) -> None:
        if method == WITNESS:
            raise RpcError(f"{method}: state of the block is pruned", number=-32000)

    found = probe(node(RecordedNode(BLOCKS, before=fail))[0])
    assert (found.has_witness, found.range) == (False, "no blocks")
    assert "state of the block is pruned" in found.advice[0]


@pytest.mark.parametrize("method", [WITNESS, TRACE])
@pytest.mark.parametrize("answer", [None, True, 0, "0x", "x" * 1000, [], ["state"], {}])
def test_probe__answer_that_is_none__is_no_method_that_is_served(
    method: str, answer: object
) -> None:
    class Odd(RecordedNode):
        def answer(self, asked: str, params: list[Any]) -> Any:
            return answer if asked == method else super().answer(asked, params)

    other = TRACE if method == WITNESS else WITNESS
    found = probe(node(Odd(BLOCKS, version=L2GETH, lacks=(other,)))[0])
    assert (found.has_witness, found.has_trace, found.range) == (False, False, "no blocks")
    told = found.advice[0 if method == WITNESS else 1]
    assert told.startswith(f"{method}: ")
    assert f"answered {method} of block {FIRST + 3} with " in told
    assert len(told) < 250


@pytest.mark.parametrize("since_euclid", [True, False])
def test_witness__answered_with_nothing__is_a_failure_and_no_refusal(since_euclid: bool) -> None:
    class Silent(RecordedNode):
        def answer(self, method: str, params: list[Any]) -> Any:
            return None if method in (WITNESS, TRACE) else super().answer(method, params)

    with pytest.raises(ScrollNodeFailed, match="with nothing"):
        node(Silent(BLOCKS))[0].witness(FIRST, 1, 0 if since_euclid else 1 << 62)


def test_software__by_its_version__is_known() -> None:
    assert software_of(RETH).kind is Kind.RETH
    assert software_of("rollup-node/v1.0.5").kind is Kind.RETH
    assert software_of(L2GETH).kind is Kind.L2GETH
    assert software_of("Erigon/3").kind is Kind.UNKNOWN


@pytest.mark.parametrize("chain_id", CHAINS)
def test_eras__at_euclid__change(chain_id: int) -> None:
    start = CHAINS[chain_id].euclid
    assert not is_mpt(chain_id, start - 1)
    assert is_mpt(chain_id, start)
    assert is_mpt(999, 5)
    assert not is_mpt(999, 5, euclid=6)


def test_fetching__many_blocks__come_in_order_with_their_failures() -> None:
    blocks = {number: one for number, one in BLOCKS.items() if number != FIRST + 2}

    class Gone(RecordedNode):
        def _block(self, number: int, whole: bool) -> Any:
            return None if number == FIRST + 2 else super()._block(number, whole)

    found = list(fetching.witnesses(node(Gone(blocks))[0], FIRST, FIRST + 3, MAINNET))
    assert [one.number for one in found] == [FIRST, FIRST + 1, FIRST + 2, FIRST + 3]
    assert isinstance(found[2], Verdict)
    assert isinstance(found[2].error, ScrollNodeFailed)


def test_fetching__method_that_is_missing__ends_it() -> None:
    served = RecordedNode(BLOCKS, lacks=(WITNESS,))
    with pytest.raises(ScrollMethodMissing):
        list(fetching.witnesses(node(served)[0], FIRST, FIRST + 3, MAINNET))
