"""The first block of Euclid: the state before it is of another trie, and no header binds it."""

from pathlib import Path

import pytest
from cases import scroll_batch
from cases.avs_process import running, write_file
from cases.avs_prover import Prover, batch_blocks, recorded
from cases.scroll_http import served
from cases.scroll_node import RecordedNode

from attestor.core.text import to_hex
from attestor.executor.scroll import PROGRAM
from attestor.scroll import headers

BUILT = Path(__file__).resolve().parents[3] / "executor" / "target" / "release"
FIRST, LAST = 14919992, 14919993

pytestmark = pytest.mark.skipif(not (BUILT / PROGRAM).exists(), reason="not built: make scroll")


def test_prove__first_block_of_euclid__says_so_each_time_and_keeps_the_context(
    vectors: Path, tmp_path: Path
) -> None:
    blocks = recorded(vectors, "witnesses/euclidv2-149199*.json")
    start = headers.timestamp(blocks[FIRST].header)
    assert headers.timestamp(blocks[FIRST - 1].header) < start
    forks = {"bernoulli": 0, "curie": 0, "euclid": start, "euclid_v2": start}
    options = [word for name, when in forks.items() for word in ("--fork", f"{name}={when}")]
    with served(RecordedNode(blocks)) as node:
        file = write_file(tmp_path, scroll_endpoint=node.url)
        with running(file, *options) as started:
            prover = Prover(started, node, tmp_path / "avs.sqlite")
            context = prover.result("prover_genContext", FIRST, LAST, 1)
            case = scroll_batch.case(0, batch_blocks(blocks, FIRST, LAST))
            task = {"batch": to_hex(case.calldata[4:]), "pob_hash": context["hash"]}
            for _ in range(2):
                error = prover.error("prover_proveTask", task)
                assert error["code"] == 15001
                assert "first block of Euclid" in error["message"]
                assert prover.result("da_tryLock", context["hash"]) == "Exist"
            # The block after it is one like others.
            context = prover.result("prover_genContext", LAST, LAST, 1)
            case = scroll_batch.case(0, batch_blocks(blocks, LAST, LAST))
            task = {"batch": to_hex(case.calldata[4:]), "pob_hash": context["hash"]}
            assert prover.result("prover_proveTask", task)["start_block"] == LAST
