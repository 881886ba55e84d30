"""Batches of every codec over recorded blocks, with TLS on: by JSON-RPC with all that is known of
their L1 transaction, and by the operator's own program, which knows their calldata alone."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import requests
from cases import scroll_batch
from cases.avs_process import running, write_file
from cases.avs_prover import batch_blocks, recorded
from cases.go_operator import build, calls
from cases.real_kzg import RealKzg
from cases.scroll_batch import Case
from cases.tls_files import AUTHORITY, issue, write

from attestor.avs.contexts import of_witness
from attestor.core.avs import context_json
from attestor.core.avs.context import Context
from attestor.core.avs.poe import Poe
from attestor.core.signature import recover
from attestor.core.text import from_hex, to_hex
from attestor.executor.scroll import PROGRAM
from attestor.quote.format import parse
from attestor.scroll.witness import Witness

BUILT = Path(__file__).resolve().parents[3] / "executor" / "target" / "release"
FIRST, LAST = 14919992, 14919993
QUOTES = ("--quotes", "simulated", "--l1-chain-id", "31337")
KZG = RealKzg()
BY_CALLDATA = (0, 3, 4, 5, 6)
"""Codecs whose calldata says all."""

pytestmark = pytest.mark.skipif(not (BUILT / PROGRAM).exists(), reason="not built: make scroll")
needs_go = pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed")


@dataclass
class Served:
    """A prover without a node, whose operators bring contexts."""

    url: str
    authority: Path
    context: dict[str, Any]
    blocks: dict[int, Witness]

    def call(self, method: str, *params: object) -> Any:
        body: Any = {"jsonrpc": "2.0", "method": method, "params": list(params), "id": 1}
        found = requests.post(self.url, json=body, timeout=120, verify=str(self.authority))
        return found.json()

    def case(self, version: int) -> Case:
        return scroll_batch.case(version, batch_blocks(self.blocks, FIRST, LAST), kzg=KZG)


@pytest.fixture(scope="module")
def served(vectors: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("codecs")
    blocks = recorded(vectors, "witnesses/euclidv2-149199*.json")
    made = [
        of_witness(replace(blocks[number], parent=blocks[number - 1].header))
        for number in (FIRST, LAST)
    ]
    authority = folder / "authority.pem"
    authority.write_bytes(AUTHORITY.pem)
    own = issue("localhost", AUTHORITY)
    prefix = write(folder, own.pem + AUTHORITY.pem, own.key_pem())
    with running(write_file(folder, server={"tls": prefix}), *QUOTES) as started:
        context = context_json.encode(Context.of(tuple(made)))
        yield Served(f"https://localhost:{started.port}", authority, context, blocks)


def require_right(served: Served, answer: Any, case: Case) -> None:
    told = dict(answer["poe"])
    assert told.pop("signature") == "0x" + "00" * 65
    poe = Poe(**{name: from_hex(value) for name, value in told.items()})
    assert poe.batch_hash == case.batch_hash
    assert (answer["batch_id"], answer["not_ready"]) == (scroll_batch.INDEX, False)
    assert (answer["start_block"], answer["end_block"]) == (FIRST, LAST)
    quote = from_hex(served.call("generateAttestationReport", "0x" + "00" * 64)["result"])
    key = parse(quote).report_data[12:32]
    assert recover(poe.digest, from_hex(answer["poe_signature"])) == key


def known_of(case: Case) -> dict[str, Any]:
    """What docs/avs.md says that a batch of its codec needs beside its calldata."""
    names = [to_hex(name) for name in case.evidence.versioned_hashes]
    match case.version:
        case 1:
            return {"versioned_hashes": names}
        case 2:
            return {"blobs": [to_hex(case.evidence.blobs[0])]}
        case version if version >= 7:
            blobs = [to_hex(case.evidence.blobs[0])]
            more = {"batch_index": scroll_batch.INDEX, "batch_hash": to_hex(case.batch_hash)}
            return {"blobs": blobs, "versioned_hashes": names, **more}
    return {}


@pytest.mark.parametrize("version", scroll_batch.VERSIONS)
def test_prove__batch_of_each_codec__gets_a_poe(served: Served, version: int) -> None:
    case, hashed = served.case(version), served.context["hash"]
    if served.call("da_tryLock", hashed)["result"] == "Locked":
        assert served.call("da_putPob", served.context)["result"] is None
    task = {"batch": to_hex(case.calldata[4:]), "pob_hash": hashed}
    if known := known_of(case):
        lacking = served.call("prover_proveTask", task)["error"]
        assert lacking["code"] == 15001
        assert "blob" in lacking["message"] or "versioned" in lacking["message"]
    require_right(served, served.call("prover_proveTask", {**task, **known})["result"], case)
    other = {**task, **known, "batch_hash": to_hex(b"\x01" * 32)}
    assert served.call("prover_proveTask", other)["error"]["code"] == 15001


@pytest.mark.parametrize("version", [0, 4, 8])
def test_prove__changed_transactions_on_a_fresh_process__are_refused_before_and_after_genuine_ones(
    served: Served, version: int, tmp_path: Path
) -> None:
    """Nothing was executed or kept there that could answer for them."""
    genuine = served.case(version)
    other = scroll_batch.case(
        version, scroll_batch.with_other_transactions(genuine.blocks), kzg=KZG
    )
    changed = json.loads(json.dumps(served.context))
    changed["pob"][1]["block"]["transactions"][-1] = to_hex(scroll_batch.l2_transaction(99_999))
    asked = [
        {"batch": to_hex(case.calldata[4:]), "pob_hash": served.context["hash"], **known_of(case)}
        for case in (other, genuine, other)
    ]
    with running(write_file(tmp_path), *QUOTES) as started:
        fresh = replace(served, url=f"http://localhost:{started.port}")
        refused = fresh.call("da_putPob", changed)["error"]
        assert (refused["code"], "transactions of block" in refused["data"]) == (-32602, True)
        assert fresh.call("da_tryLock", served.context["hash"])["result"] == "Locked"
        assert fresh.call("da_putPob", served.context)["result"] is None
        first, second, third = (fresh.call("prover_proveTask", task) for task in asked)
        assert (first["error"]["code"], third["error"]["code"]) == (15001, 15001)
        require_right(fresh, second["result"], genuine)


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("operator"))


def files(folder: Path, context: dict[str, Any], case: Case) -> tuple[Path, Path]:
    folder.mkdir(exist_ok=True)
    (folder / "context.json").write_text(json.dumps(context))
    (folder / "batch").write_bytes(case.calldata[4:])
    return folder / "context.json", folder / "batch"


@needs_go
@pytest.mark.parametrize("version", scroll_batch.VERSIONS)
def test_go_operator__batch_of_each_codec__gets_a_poe_where_its_calldata_says_all(
    served: Served, operator: Path, version: int, tmp_path: Path
) -> None:
    case = served.case(version)
    context, batch = files(tmp_path, served.context, case)
    found = calls(operator, served.url, context, batch, FIRST, LAST, served.authority)
    if version in BY_CALLDATA:
        require_right(served, found["prove"]["result"], case)
        return
    told = found["prove"]["error"]
    assert f"codec version {version}" in told or "blob" in told
    assert "skip" not in told


@needs_go
def test_go_operator__plain_http_to_a_tls_port__is_told_in_words(
    served: Served, operator: Path, tmp_path: Path
) -> None:
    context, batch = files(tmp_path, served.context, served.case(0))
    url = served.url.replace("https", "http")
    found = calls(operator, url, context, batch, FIRST, LAST)
    assert all("Use https://" in told["error"] for told in found.values()), found


@needs_go
def test_go_operators__two_at_once__both_have_their_proof_at_the_second_time(
    served: Served, operator: Path, tmp_path: Path
) -> None:
    """Who hears "Failed" proves without the context being there, and asks again later."""
    made = context_json.decode(served.context)
    first = replace(made.blocks[0], start_l1_queue_index=made.blocks[0].start_l1_queue_index + 1)
    context = context_json.encode(Context.of((first, *made.blocks[1:])))
    case = served.case(0)

    def once(name: str) -> dict[str, dict[str, Any]]:
        given = files(tmp_path / name, context, case)
        return calls(operator, served.url, *given, FIRST, LAST, served.authority)

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(once, ("one", "two")))
    assert sum(found["lock"]["result"] == "Locked" for found in both) == 1
    for name, found in zip(("one", "two"), both, strict=True):
        if "error" in found["prove"]:
            assert found["lock"]["result"] == "Failed"
            assert f"pob_hash not found: {context['hash']}" in found["prove"]["error"]
            found = once(name)
            assert found["lock"]["result"] == "Exist"
        require_right(served, found["prove"]["result"], case)
