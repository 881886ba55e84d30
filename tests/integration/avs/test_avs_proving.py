"""Recorded blocks of Scroll through the whole prover: a node over HTTP, contexts, children of the
executor, the signer process, the history."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import requests
from cases import scroll_batch
from cases.avs_process import running, write_file
from cases.avs_prover import Prover, batch_blocks, recorded
from cases.go_operator import build, calls
from cases.scroll_http import Served, served
from cases.scroll_node import RecordedNode, Refusal
from eth_utils.crypto import keccak

from attestor.avs.contexts import of_witness
from attestor.core.avs import context_json
from attestor.core.avs.context import Context
from attestor.core.avs.poe import Poe, state_hash_of
from attestor.core.scroll import calldata
from attestor.core.scroll.block import from_header
from attestor.core.scroll.eras import CHAINS
from attestor.core.signature import recover
from attestor.core.text import from_hex, to_hex
from attestor.errors import SignerGone
from attestor.executor.scroll import PROGRAM
from attestor.kzg.commitments import CKzg
from attestor.quote.format import BodyType, parse
from attestor.scroll import headers, l1_commit
from attestor.scroll.witness import Witness
from attestor.signer.poe.client import PoeSignerProcess
from attestor.signer.poe.settings import PoeProvider, PoeSettings

BUILT = Path(__file__).resolve().parents[3] / "executor" / "target" / "release"
FIRST, LAST = 14919992, 14919993
INDEX = 414261
QUOTES = ("--quotes", "simulated", "--l1-chain-id", "31337")
TRANSACTION = b"\x21" * 32

pytestmark = pytest.mark.skipif(not (BUILT / PROGRAM).exists(), reason="not built: make scroll")


@pytest.fixture(scope="module")
def blocks(vectors: Path) -> dict[int, Witness]:
    return recorded(vectors, "witnesses/euclidv2-149199*.json")


@pytest.fixture(scope="module")
def prover(
    blocks: dict[int, Witness], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prover]:
    folder = tmp_path_factory.mktemp("prover")
    l1 = L1(RecordedNode(blocks), blocks)
    with served(l1) as node:
        node.files["/blobs/" + to_hex(l1.name)] = l1.blob
        value = {"scroll_endpoint": node.url, "scroll_chain": {"endpoint": node.url}}
        file = write_file(folder, **value)
        with running(file, *QUOTES, "--blob-url", f"{node.url}/blobs") as started:
            yield Prover(started, node, folder / "avs.sqlite")


@dataclass
class L1:
    """L1 with the one commit of these blocks, and in the same place the L2 node."""

    l2: RecordedNode
    blocks: dict[int, Witness]

    def __post_init__(self) -> None:
        self.blob = scroll_batch.envelope(7, batch_blocks(self.blocks, FIRST, LAST))
        commitment = CKzg().commitment(self.blob)
        self.name = b"\x01" + hashlib.sha256(commitment).digest()[1:]
        self.parent = b"\x99" * 32
        self.hash = keccak(b"\x07" + INDEX.to_bytes(8) + self.name + self.parent)
        words = (b"\x07".rjust(32, b"\0"), self.parent, self.hash)
        self.calldata = calldata.COMMIT_BATCHES + b"".join(words)

    def answer(self, method: str, params: list[Any]) -> Any:
        name, block = to_hex(TRANSACTION), "0x" + "31" * 32
        match method:
            case "eth_getTransactionByHash" if params[0] == name:
                named = [to_hex(self.name)]
                return {"input": to_hex(self.calldata), "blobVersionedHashes": named}
            case "eth_getTransactionReceipt" if params[0] == name:
                topics = [
                    to_hex(l1_commit.COMMITTED),
                    to_hex(INDEX.to_bytes(32)),
                    to_hex(self.hash),
                ]
                place = {"blockHash": block, "blockNumber": "0x7", "transactionHash": name}
                place |= {"transactionIndex": "0x0"}
                log = {
                    "address": to_hex(CHAINS[534352].rollup),
                    "topics": topics,
                    "data": "0x",
                    **place,
                    "logIndex": "0x0",
                    "removed": False,
                }
                gas = {"gasUsed": "0x1", "effectiveGasPrice": "0x1", "status": "0x1"}
                return {**place, **gas, "logs": [log], "contractAddress": None}
            case "eth_getBlockByHash" if params[0] == block:
                return {"timestamp": "0x67000000", "number": "0x7", "hash": block}
            case "eth_getTransactionByHash" | "eth_getTransactionReceipt":
                return None
        return self.l2.answer(method, params)


def poe_of(answer: dict[str, Any]) -> Poe:
    told = answer["poe"]
    assert told.pop("signature") == "0x" + "00" * 65
    return Poe(**{name: from_hex(value) for name, value in told.items()})


def signer_of(prover: Prover) -> bytes:
    quote = from_hex(prover.result("generateAttestationReport", "0x" + "00" * 32 + "ab" * 32))
    data = parse(quote).report_data
    assert (data[:12], data[32:]) == (bytes(12), b"\xab" * 32)
    return data[12:32]


def require_right(prover: Prover, blocks: dict[int, Witness], answer: Any, name: bytes) -> None:
    found = poe_of(answer)
    assert found.batch_hash == name
    assert found.state_hash == state_hash_of(2)
    assert found.prev_state_root == headers.state_root(blocks[FIRST - 1].header)
    assert found.new_state_root == headers.state_root(blocks[LAST].header)
    assert (answer["start_block"], answer["end_block"]) == (FIRST, LAST)
    assert recover(found.digest, from_hex(answer["poe_signature"])) == signer_of(prover)


def test_operators_flow__recorded_blocks__get_a_poe(
    prover: Prover, blocks: dict[int, Witness]
) -> None:
    assert prover.result("prover_metadata")["with_context"] is False
    context = prover.result("prover_genContext", FIRST, LAST, 1)
    assert prover.result("da_tryLock", context["hash"]) == "Exist"
    case = scroll_batch.case(0, batch_blocks(blocks, FIRST, LAST))
    task = {"batch": to_hex(case.calldata[4:]), "pob_hash": context["hash"]}
    answer = prover.result("prover_proveTask", task)
    require_right(prover, blocks, answer, case.batch_hash)
    # Whoever has no prover of their own brings the same context.
    assert prover.result("da_putPob", context) is None


def test_without_context__recorded_blocks__get_a_poe(
    prover: Prover, blocks: dict[int, Witness]
) -> None:
    case = scroll_batch.case(0, batch_blocks(blocks, FIRST, LAST))
    answer = prover.result("prover_proveTaskWithoutContext", to_hex(case.calldata), 1)
    require_right(prover, blocks, answer, case.batch_hash)


def test_get_poe__commit_of_version_7__gets_a_poe(
    prover: Prover, blocks: dict[int, Witness]
) -> None:
    answer = prover.result("getPoe", to_hex(TRANSACTION))
    assert answer["batch_id"] == INDEX
    require_right(prover, blocks, answer, L1(RecordedNode(blocks), blocks).hash)


def test_get_poe__unknown_transaction__is_an_error(prover: Prover) -> None:
    assert prover.error("getPoe", "0x" + "77" * 32)["code"] == 14001


def test_prove__of_version_7_with_its_blob__gets_a_poe(
    prover: Prover, blocks: dict[int, Witness]
) -> None:
    l1 = L1(RecordedNode(blocks), blocks)
    known = {"blobs": [to_hex(l1.blob)], "batch_index": INDEX}
    context = prover.result("prover_genContext", FIRST, LAST, 1)
    task = {"batch": to_hex(l1.calldata[4:]), "pob_hash": context["hash"]}
    assert "blob" in prover.error("prover_proveTask", task)["message"]
    assert "index" in prover.error("prover_proveTask", {**task, "blobs": known["blobs"]})["message"]
    answer = prover.result("prover_proveTask", {**task, **known})
    require_right(prover, blocks, answer, l1.hash)


def test_prove__other_transactions__are_refused(prover: Prover, blocks: dict[int, Witness]) -> None:
    other = scroll_batch.with_other_transactions(batch_blocks(blocks, FIRST, LAST))
    case = scroll_batch.case(0, other)
    context = prover.result("prover_genContext", FIRST, LAST, 1)
    task = {"batch": to_hex(case.calldata[4:]), "pob_hash": context["hash"]}
    assert prover.error("prover_proveTask", task)["code"] == 15001


def test_prove__context_of_other_blocks__is_refused(
    prover: Prover, blocks: dict[int, Witness]
) -> None:
    case = scroll_batch.case(0, batch_blocks(blocks, FIRST, LAST))
    context = prover.result("prover_genContext", FIRST, FIRST, 1)
    task = {"batch": to_hex(case.calldata[4:]), "pob_hash": context["hash"]}
    assert prover.error("prover_proveTask", task)["code"] == 15001


def changed_context(blocks: dict[int, Witness], **changes: Any) -> dict[str, Any]:
    """The context as somebody else made it, hash included."""
    parents = {number: blocks[number - 1].header for number in (FIRST, LAST)}
    made = [of_witness(replace(blocks[number], parent=parents[number])) for number in (FIRST, LAST)]
    return context_json.encode(Context.of(tuple(replace(one, **changes) for one in made)))


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "foreign chain id": ({"chain_id": 534351}, "chain id 534351"),
    # No hash covers the coinbase: what tells this context apart is the index.
    "other coinbase": ({"coinbase": b"\x11" * 20, "start_l1_queue_index": 5}, "fee vault"),
    "other state before it": ({"prev_state_root": b"\x12" * 32}, "pre_state_root"),
    "other withdraw root": ({"withdrawal_root": b"\x13" * 32}, "withdraw root"),
    "no nodes": ({"mpt_nodes": ()}, "node"),
    "codes cut elsewhere": ({"codes": (b"\x60",)}, "code"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_prove__context_that_lies__is_refused_and_dropped(
    prover: Prover, blocks: dict[int, Witness], name: str
) -> None:
    changes, told = REFUSED[name]
    context = changed_context(blocks, **changes)
    case = scroll_batch.case(0, batch_blocks(blocks, FIRST, LAST))
    assert prover.result("da_putPob", context) is None
    task = {"batch": to_hex(case.calldata[4:]), "pob_hash": context["hash"]}
    error = prover.error("prover_proveTask", task)
    assert (error["code"], told in error["message"]) == (15001, True), error
    assert prover.result("da_tryLock", context["hash"]) == "Locked"


def test_prove__context_without_the_parents_header__is_anchored_by_the_node(
    prover: Prover, blocks: dict[int, Witness]
) -> None:
    context = changed_context(blocks, parent_header=None)
    case = scroll_batch.case(0, batch_blocks(blocks, FIRST, LAST))
    prover.result("da_putPob", context)
    task = {"batch": to_hex(case.calldata[4:]), "pob_hash": context["hash"]}
    require_right(prover, blocks, prover.result("prover_proveTask", task), case.batch_hash)


@pytest.mark.parametrize("fault", ["throttled", "proxy", "cut"])
def test_generate__node_that_fails_once__is_asked_again(prover: Prover, fault: str) -> None:
    prover.node.faults = {"debug_executionWitness": [fault], "eth_getBlockByNumber": [fault]}
    context = prover.result("prover_genContext", FIRST, FIRST, 1)
    assert len(context["pob"]) == 1
    assert prover.node.faults == {"debug_executionWitness": [], "eth_getBlockByNumber": []}


def test_generate__node_that_fails_always__is_told_without_its_words(prover: Prover) -> None:
    prover.node.faults = {"debug_executionWitness": ["cut"] * 10}
    try:
        error = prover.error("prover_genContext", FIRST, FIRST, 1)
    finally:
        prover.node.faults = {}
    assert error["code"] == 14004
    assert "unexpected EOF" not in error["message"]


def test_generate__block_that_the_node_has_not__is_an_error(prover: Prover) -> None:
    assert prover.error("prover_genContext", 7, 7, 1)["code"] == 14004


def test_history__signed_batches__are_audited(prover: Prover, blocks: dict[int, Witness]) -> None:
    prover.result("getPoe", to_hex(TRANSACTION))
    database = ("--database", str(prover.database))
    audit = (sys.executable, "-m", "attestor", "audit", *database)
    shown = subprocess.run(
        [*audit, "--format", "json", "batches"], capture_output=True, text=True, check=True
    )
    rows = {row["batch_index"]: row for row in json.loads(shown.stdout)}
    row = rows[INDEX]
    assert (row["program"], row["codec_version"], row["simulated"]) == ("scroll", 7, 1)
    assert (row["first_block"], row["last_block"]) == (FIRST, LAST)
    assert row["new_state_root"] == to_hex(headers.state_root(blocks[LAST].header))
    verified = subprocess.run([*audit, "verify"], capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout
    assert "tables             ok" in verified.stdout


def test_metrics__after_proofs__have_counted_them(prover: Prover) -> None:
    prover.result("getPoe", to_hex(TRANSACTION))
    shown = requests.get(f"http://127.0.0.1:{prover.started.port}/metrics", timeout=10).text
    assert 'avs_prover_prove_counter{type="scroll"}' in shown
    assert 'avs_prover_prove_ms_gauge{type="scroll"}' in shown


@pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed")
def test_go_operator__recorded_blocks__get_a_poe(
    prover: Prover, blocks: dict[int, Witness], tmp_path: Path
) -> None:
    case = scroll_batch.case(0, batch_blocks(blocks, FIRST, LAST))
    context, batch = tmp_path / "context.json", tmp_path / "batch"
    context.write_text(json.dumps(prover.result("prover_genContext", FIRST, LAST, 1)))
    batch.write_bytes(case.calldata[4:])
    url = f"http://127.0.0.1:{prover.started.port}"
    found = calls(build(tmp_path), url, context, batch, FIRST, LAST)
    assert all("error" not in told for told in found.values()), found
    assert found["context"]["result"]["hash"] == json.loads(context.read_text())["hash"]
    require_right(prover, blocks, found["prove"]["result"], case.batch_hash)
    data = parse(from_hex(found["report"]["result"])).report_data
    assert data[12:32] == signer_of(prover)


def test_sgx__simulated__quotes_an_enclave(tmp_path: Path) -> None:
    options = ("--quotes", "simulated-sgx", "--l1-chain-id", "31337")
    with running(write_file(tmp_path), *options) as started:
        alone = Prover(started, Served(0), tmp_path / "avs.sqlite")
        found = parse(from_hex(alone.result("generateAttestationReport", "0x" + "ab" * 64)))
    assert (found.version, found.body_type) == (3, BodyType.SGX)


def test_signer__that_is_gone__ends_the_service(tmp_path: Path) -> None:
    with running(write_file(tmp_path), *QUOTES) as started:
        children = Path(f"/proc/{started.process.pid}/task/{started.process.pid}/children")
        (signer,) = children.read_text().split()
        subprocess.run(["kill", "-9", signer], check=True)
        assert started.process.wait(timeout=30) not in (0, None)
        assert "signer process ended" in "".join(started.lines)


def states(pid: int) -> set[str]:
    """Of all threads."""
    tasks = Path(f"/proc/{pid}/task").glob("*/stat")
    return {task.read_text().rpartition(")")[2].split()[0] for task in tasks}


def test_signer__that_answers_nothing__is_gone() -> None:
    """A service whose calls waited for it for ever would live, and do nothing."""
    signer = PoeSignerProcess(PoeSettings(534352, str(BUILT), PoeProvider.NONE))
    try:
        signer.started()
        signer.require_answer(60)
        # When to end is the service's business, whoever tells all of its processes.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(signer.pid, number)
        signer.require_answer(60)
        os.kill(signer.pid, signal.SIGSTOP)
        # One thread takes the signal; until it runs, another may still answer.
        until = time.monotonic() + 60
        while states(signer.pid) != {"T"} and time.monotonic() < until:
            time.sleep(0.01)
        with pytest.raises(SignerGone, match="not answered for 2 seconds"):
            signer.require_answer(2)
        os.kill(signer.pid, signal.SIGCONT)
        signer.require_answer(60)
    finally:
        signer.close()
    with pytest.raises(SignerGone, match="ended"):
        signer.require_answer(60)


@pytest.mark.parametrize("lacking", ["debug_executionWitness"])
def test_generate__namespace_that_is_missing__names_the_flag(
    blocks: dict[int, Witness], tmp_path: Path, lacking: str
) -> None:
    with served(RecordedNode(blocks, lacks=(lacking,))) as node:
        file = write_file(tmp_path, scroll_endpoint=node.url)
        with running(file, *QUOTES) as started:
            error = Prover(started, node, tmp_path).error("prover_genContext", FIRST, FIRST, 1)
    assert error["code"] == 14004
    assert "--http.api" in error["message"]


class Traces:
    """An l2geth of before Euclid."""

    def __init__(self, vectors: Path) -> None:
        self.blocks = recorded(vectors, "traces/devnet-52*.json")
        texts = {n: (vectors / "scroll" / "traces" / f"devnet-{n}.json") for n in self.blocks}
        self.node = RecordedNode(
            self.blocks,
            chain_id=222222,
            traces={number: json.loads(text.read_text()) for number, text in texts.items()},
        )

    def answer(self, method: str, params: list[Any]) -> Any:
        if method == "debug_executionWitness":
            raise Refusal(-32601, "the method debug_executionWitness does not exist")
        return self.node.answer(method, params)


def test_operators_flow__block_before_euclid__gets_a_poe(vectors: Path, tmp_path: Path) -> None:
    traces = Traces(vectors)
    block = traces.blocks[528]
    case = scroll_batch.case(0, [from_header(block.header, block.transactions)])
    forks = ("--fork", "bernoulli=0", "--fork", "curie=0")
    with served(traces) as node:
        file = write_file(tmp_path, scroll_endpoint=node.url, scroll_chain_id=222222)
        with running(file, *QUOTES, *forks) as started:
            prover = Prover(started, node, tmp_path)
            answer = prover.result("prover_proveTaskWithoutContext", to_hex(case.calldata), 1)
            found = poe_of(answer)
            assert recover(found.digest, from_hex(answer["poe_signature"])) == signer_of(prover)
    assert found.batch_hash == case.batch_hash
    assert found.prev_state_root == headers.state_root(traces.blocks[527].header)
    assert found.new_state_root == headers.state_root(block.header)
