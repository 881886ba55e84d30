"""The checks of what only the chains can say: codec versions, and blocks that fail elsewhere."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cases.scroll_chain import ScriptedExecutor, chain
from cases.scroll_node import RecordedNode

from attestor.avs.prover_file import ProverFile
from attestor.core.scroll import calldata
from attestor.core.scroll.eras import CHAINS
from attestor.core.text import to_hex
from attestor.doctor.avs import rollup
from attestor.doctor.avs.examined import Examined
from attestor.doctor.finding import Finding, State, examine
from attestor.errors.scroll import ScrollMismatch
from attestor.scroll import l1_commit
from attestor.scroll.node import TRACE, WITNESS, ScrollNode
from attestor.scroll.witness import Witness
from attestor.signer.poe.settings import PoeSettings

TRANSACTION, BLOCK = "0x" + "21" * 32, "0x" + "31" * 32
L1 = ProverFile(l1_endpoint="http://l1.example")
L2 = ProverFile(l2_endpoint="http://node.example")


@pytest.fixture
def examined(tmp_path: Path) -> Examined:
    return Examined(
        path=tmp_path / "prover.json",
        file=L1,
        settings=PoeSettings(534352, "/nowhere", "none"),
        host="127.0.0.1",
        port=0,
        database=tmp_path / "avs.sqlite",
    )


class L1Node:
    """Has one commit of three words, of that version, or none."""

    label = "http://l1.example"

    def __init__(self, version: int | None) -> None:
        self.version = version
        self.wanted: dict[str, Any] = {}

    def close(self) -> None:
        pass

    def call(self, method: str, params: list[Any], *more: Any, **named: Any) -> Any:
        place = {"blockHash": BLOCK, "blockNumber": "0x7", "transactionHash": TRANSACTION}
        place |= {"transactionIndex": "0x0"}
        log = {
            "address": to_hex(CHAINS[534352].rollup),
            "topics": [to_hex(l1_commit.COMMITTED), "0x" + f"{4711:064x}", "0x" + "41" * 32],
            "data": "0x",
            **place,
            "logIndex": "0x0",
            "removed": False,
        }
        words = bytes(31) + bytes([self.version or 0]) + b"\x99" * 32 + b"\x41" * 32
        sent = {"input": to_hex(calldata.COMMIT_BATCHES + words), "blobVersionedHashes": []}
        gas = {"gasUsed": "0x1", "effectiveGasPrice": "0x1", "status": "0x1"}
        if method == "eth_getLogs":
            self.wanted = params[0]
        found: Mapping[str, Any] = {
            "eth_blockNumber": "0x2000",
            "eth_getLogs": [] if self.version is None else [{**log, "transactionHash": "0x"}, log],
            "eth_getTransactionByHash": sent,
            "eth_getTransactionReceipt": {**place, **gas, "logs": [log], "contractAddress": None},
            "eth_getBlockByHash": {"timestamp": "0x67000000", "number": "0x7", "hash": BLOCK},
        }
        return found[method]


def of_codecs(examined: Examined, version: int | None) -> Finding:
    node = L1Node(version)
    (found,) = examine([("codecs", lambda: rollup.codecs(examined, lambda url: node))])
    if examined.file.l1_endpoint:
        assert (node.wanted["fromBlock"], node.wanted["toBlock"]) == (hex(0x2000 - 1000), "0x2000")
    return found


def test_codecs__newest_commit_of_a_known_version__is_fine(examined: Examined) -> None:
    found = of_codecs(examined, 10)
    assert (found.check, found.state) == ("codecs", State.OK)
    assert "batch 4711, the newest, has version 10" in found.found


def test_codecs__newest_commit_of_another_version__has_failed(examined: Examined) -> None:
    found = of_codecs(examined, 11)
    assert (found.state, "11" in found.found) == (State.FAILED, True)


def test_codecs__no_commit__is_a_warning(examined: Examined) -> None:
    assert of_codecs(examined, None).state is State.WARNING


def test_codecs__without_l1__says_that_it_was_not_checked(examined: Examined) -> None:
    found = of_codecs(replace(examined, file=ProverFile()), 10)
    assert (found.state, "not checked" in found.found) == (State.WARNING, True)


FAILING = dict(zip(rollup.FAILING, chain(3), strict=True))


class OldNode(ScrollNode):
    """Has what is asked for, by other numbers."""

    def witness(self, number: int, chain_id: int, euclid: int | None = None) -> Witness:
        return FAILING[number]


def of_old_blocks(examined: Examined, executor: Any = None, made: Any = OldNode) -> list[Finding]:
    node = made(RecordedNode({}, lacks=(TRACE, WITNESS)), sleep=lambda pause: None)
    return list(
        examine([("old", lambda: rollup.old_blocks(examined, lambda url, wait: node, executor))])
    )


def test_old_blocks__that_come_out__are_fine(examined: Examined) -> None:
    executor = ScriptedExecutor()
    (found,) = of_old_blocks(replace(examined, file=L2), executor)
    assert (found.state, "come out here" in found.found) == (State.OK, True)
    assert len(executor.calls) == 3


def test_old_blocks__that_fail__are_told_one_by_one(examined: Examined) -> None:
    class Failing(ScriptedExecutor):
        def execute(self, *given: Any) -> Any:
            raise ScrollMismatch("the state root differs")

    found = of_old_blocks(replace(examined, file=L2), Failing())
    assert [one.state for one in found] == [State.WARNING] * 3


def test_old_blocks__node_without_traces__says_that_they_were_not_tried(
    examined: Examined,
) -> None:
    (found,) = of_old_blocks(replace(examined, file=L2), ScriptedExecutor(), ScrollNode)
    assert (found.state, "not tried" in found.found) == (State.WARNING, True)


def test_old_blocks__no_node_or_another_chain__is_said_or_of_no_use(examined: Examined) -> None:
    (found,) = of_old_blocks(examined)
    assert "without an L2 node" in found.found
    sepolia = replace(examined.settings, chain_id=534351)
    assert of_old_blocks(replace(examined, settings=sepolia)) == []
