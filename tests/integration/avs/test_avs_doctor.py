"""`attestor avs doctor` with a recorded node, and what its answers are for."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cases.avs_process import running, write_file
from cases.scroll_http import served
from cases.scroll_node import RecordedNode
from cases.small_chain import SmallChain
from click.testing import CliRunner, Result

from attestor import cli
from attestor.errors import NotReady
from attestor.executor.scroll import PROGRAM
from attestor.scroll import witness
from attestor.scroll.witness import Witness

BUILT = Path(__file__).resolve().parents[3] / "executor" / "target" / "release"
RECORDED = 14919991, 14919992
HEAD = RECORDED[1]
QUOTES = ("--quotes", "simulated", "--l1-chain-id", "31337")

pytestmark = pytest.mark.skipif(not (BUILT / PROGRAM).exists(), reason="not built: make scroll")


@pytest.fixture(scope="module")
def blocks(vectors: Path) -> dict[int, Witness]:
    paths = [vectors / "scroll" / "witnesses" / f"euclidv2-{number}.json" for number in RECORDED]
    found = [witness.from_text(path.read_bytes(), path.name) for path in paths]
    return {one.number: one for one in found}


def doctor(*arguments: str) -> Result:
    return CliRunner().invoke(cli.group, ["avs", *arguments])


def findings(result: Result) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for line in result.output.splitlines():
        row: dict[str, str] = json.loads(line)
        found.setdefault(row["check"], []).append(row)
    return found


def options(folder: Path, **file: Any) -> tuple[str, ...]:
    database = str(folder / "avs.sqlite")
    return ("-c", str(write_file(folder, **file)), "--database", database, "--host", "127.0.0.1")


def test_doctor__node_with_witnesses__executes_its_newest_block(
    blocks: dict[int, Witness], tmp_path: Path
) -> None:
    with served(RecordedNode(blocks)) as node:
        given = options(tmp_path, scroll_endpoint=node.url)
        result = doctor(*given, *QUOTES, "-p", "0", "doctor")
    assert result.exit_code == 0, result.output
    assert f"block {HEAD} came out as its header says" in result.output
    assert "TD_10 version 4" in result.output
    assert result.output.splitlines()[-1].startswith("ready")
    assert not (tmp_path / "avs.sqlite").exists()


def test_doctor__witness_that_lacks_nodes__has_failed(
    blocks: dict[int, Witness], tmp_path: Path
) -> None:
    lacking = replace(blocks[HEAD], nodes=frozenset())
    with served(RecordedNode({**blocks, HEAD: lacking})) as node:
        given = options(tmp_path, scroll_endpoint=node.url)
        result = doctor("doctor", *given, "-p", "0", "--json")
    assert isinstance(result.exception, NotReady), result.output
    assert [row["state"] for row in findings(result)["execution"]] == ["failed"]


def test_doctor__options_before_or_after__are_the_same(tmp_path: Path) -> None:
    given = (*options(tmp_path), "-p", "0")
    for arguments in ((*given, "doctor", "--json"), ("doctor", *given, "--json")):
        result = doctor(*arguments)
        assert result.exit_code == 0, result.output
        assert {row["state"] for row in findings(result)["ports"]} == {"ok"}
        assert str(tmp_path) in findings(result)["database"][0]["found"]


def test_doctor__beside_the_service__has_its_port(tmp_path: Path) -> None:
    given = options(tmp_path)
    with running(tmp_path / "prover.json") as started:
        result = doctor(*given, "-p", str(started.port), "doctor", "--json")
    assert "a service runs" in findings(result)["ports"][0]["found"]


def test_doctor__l1_of_another_chain__has_failed(tmp_path: Path) -> None:
    with served(SmallL1()) as node:
        given = options(tmp_path, scroll_chain={"endpoint": node.url})
        result = doctor(*given, "-p", "0", "doctor", "--json")
    assert isinstance(result.exception, NotReady)
    (found,) = findings(result)["L1 node"]
    assert "chain" in found["found"]
    assert "scroll_chain.endpoint to a node of L1's chain 1" in found["advice"]


class SmallL1:
    """A development chain."""

    def answer(self, method: str, params: list[Any]) -> Any:
        return SmallChain().answer(method, params).get("result", "0x7a69")


def test_doctor__wrong_file__is_one_line(tmp_path: Path) -> None:
    result = doctor("doctor", "-c", str(tmp_path / "none.json"))
    assert "cannot be read" in str(result.exception)
