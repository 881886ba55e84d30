"""`attestor scroll verify` and `probe`, with nodes in memory."""

import json
from pathlib import Path
from typing import Any

import pytest
from cases.scroll_chain import FIRST, ScriptedExecutor, chain
from cases.scroll_node import L2GETH, RecordedNode
from unit.cli.scroll_called import (
    BLOCKS,
    URL,
    WITNESSES,
    Called,
    Serve,
    failing_at,
    kept,
    scripted,
    serving,
)

from attestor.cli import scroll_verify
from attestor.cli.display import Display
from attestor.core.text import to_hex
from attestor.errors import (
    AttestorError,
    ConfigurationInvalid,
    ExecutionMemoryLimit,
    ExecutorCrashed,
    WrongChain,
)
from attestor.errors.scroll import (
    ScrollMethodMissing,
    ScrollMismatch,
    ScrollNodeFailed,
    ScrollUnverified,
    ScrollVerificationFailed,
)
from attestor.executor.scroll import BlockRange
from attestor.scroll import keeping
from attestor.scroll.node import TRACE, WITNESS
from attestor.scroll.witness import Witness


@pytest.fixture
def executor(monkeypatch: pytest.MonkeyPatch) -> ScriptedExecutor:
    return scripted(monkeypatch)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, executor: ScriptedExecutor) -> Serve:
    return serving(monkeypatch)


def test_verify__range_of_a_node__has_a_line_per_block(serve: Serve) -> None:
    serve(RecordedNode(BLOCKS))
    called = Called(["verify", f"{FIRST}-{FIRST + 2}", "--rpc-url", URL])
    assert called.exit_code == 0, called.output
    lines = called.output.splitlines()
    assert [line.split("  ")[:2] for line in lines[:3]] == [
        [f"block {FIRST + place}", "verified"] for place in range(3)
    ]
    assert f"hash {to_hex(WITNESSES[0].block_hash)[:18]}…" in lines[0]
    assert "21,000 gas" in lines[0]
    assert "0x7777777777777777…" in lines[0]
    assert lines[3] == "3 blocks verified, 63,000 gas"


def test_verify__json__has_whole_roots(serve: Serve) -> None:
    serve(RecordedNode(BLOCKS))
    called = Called(["verify", str(FIRST), "--rpc-url", URL, "--json"])
    (block,) = called.value["blocks"]
    assert called.value["verified"] is True
    assert block["number"] == FIRST
    assert block["hash"] == to_hex(WITNESSES[0].block_hash)
    assert block["pre_state_root"] == to_hex(WITNESSES[0].pre_state_root)
    assert block["pre_state_checked"] is True


def test_verify__files_and_folders__need_no_node(tmp_path: Path, executor: Any) -> None:
    paths = kept(tmp_path)
    assert Called(["verify", str(tmp_path)]).exit_code == 0
    assert Called(["verify", *map(str, reversed(paths))]).exit_code == 0
    assert executor.numbers == [[FIRST, FIRST + 1, FIRST + 2, FIRST + 3]] * 2


def test_verify__files__of_many_blocks_are_one_run_and_those_of_a_node_are_several(
    serve: Serve, executor: ScriptedExecutor, tmp_path: Path
) -> None:
    many = chain(40)
    serve(RecordedNode({one.number: one for one in many}))
    target = f"{FIRST}-{FIRST + 39}"
    called = Called(["verify", target, "--rpc-url", URL, "--keep", str(tmp_path)])
    assert called.exit_code == 0, called.output
    assert [len(numbers) for numbers in executor.numbers] == [16, 16, 8]
    assert Called(["verify", str(tmp_path)]).exit_code == 0
    assert [len(numbers) for numbers in executor.numbers[3:]] == [40]


def test_verify__keep__stores_what_it_can_verify_again(serve: Serve, tmp_path: Path) -> None:
    serve(RecordedNode(BLOCKS))
    folder = tmp_path / "kept"
    first = Called(["verify", f"{FIRST}-{FIRST + 3}", "--rpc-url", URL, "--keep", str(folder)])
    assert first.exit_code == 0, first.output
    again = Called(["verify", str(folder)])
    assert again.output == first.output


@pytest.mark.parametrize("as_json", [False, True])
def test_verify__disk_full_in_the_middle__tells_what_is_verified(
    as_json: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, serve: Serve
) -> None:
    last, real = FIRST + 17, keeping.keep

    def full(folder: Path, one: Witness) -> Path:
        if one.number == last:
            raise ConfigurationInvalid("cannot be kept: No space left on device")
        return real(folder, one)

    monkeypatch.setattr(keeping, "keep", full)
    serve(RecordedNode({one.number: one for one in chain(18)}))
    given = ["verify", f"{FIRST}-{last}", "--rpc-url", URL, "--keep", str(tmp_path)]
    called = Called([*given, "--json"] if as_json else given)
    assert isinstance(called.error, ConfigurationInvalid)
    if as_json:
        assert (called.value["verified"], called.value["blocks_verified"]) == (False, 16)
    else:
        assert "16 blocks verified" in called.output


@pytest.mark.parametrize("as_json", [False, True])
def test_verify__interrupted__tells_what_is_verified(
    as_json: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, serve: Serve
) -> None:
    def interrupted(folder: Path, one: Witness) -> None:
        if one.number == FIRST + 17:
            raise KeyboardInterrupt

    monkeypatch.setattr(keeping, "keep", interrupted)
    serve(RecordedNode({one.number: one for one in chain(18)}))
    given = ["verify", f"{FIRST}-{FIRST + 17}", "--rpc-url", URL, "--keep", str(tmp_path)]
    called = Called([*given, "--json"] if as_json else given)
    assert called.exit_code == 1
    if as_json:
        value = json.loads(called.output.removesuffix("Aborted!\n"))
        assert (value["verified"], value["blocks_verified"]) == (False, 16)
        assert value["ended_by"]["error"] == "interrupted"
    else:
        assert "16 blocks verified" in called.output


def test_verify__ended_before_any_block__is_json_all_the_same(serve: Serve) -> None:
    serve(RecordedNode(BLOCKS, chain_id=534351))
    value = Called(["verify", str(FIRST), "--rpc-url", URL, "--json"]).value
    assert (value["verified"], value["blocks"]) == (False, [])
    assert value["ended_by"]["error"] == "rpc_wrong_chain"


def test_verify__refused_block__is_named_and_the_exit_code_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fault(number: int, blocks: BlockRange) -> None:
        if number == FIRST + 1:
            raise ScrollMismatch("state_root differs", block=number)

    monkeypatch.setattr(scroll_verify, "ScrollExecutor", lambda directory: ScriptedExecutor(fault))
    kept(tmp_path)
    called = Called(["verify", str(tmp_path)])
    assert isinstance(called.error, ScrollVerificationFailed)
    assert f"block {FIRST + 1}  REFUSED  state_root differs [scroll_mismatch]" in called.output
    assert "3 blocks verified, 63,000 gas; 1 refused" in called.output
    value = Called(["verify", str(tmp_path), "--json"]).value
    assert (value["verified"], value["blocks_verified"], value["blocks_refused"]) == (False, 3, 1)
    assert value["blocks"][1] == {
        "number": FIRST + 1,
        "verified": False,
        "failed": False,
        "error": "scroll_mismatch",
        "message": "state_root differs",
        "hint": None,
    }


@pytest.mark.parametrize("error", [ExecutorCrashed("it died"), ExecutionMemoryLimit("too much")])
def test_verify__executor_that_fails__says_nothing_about_the_block(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: AttestorError
) -> None:
    monkeypatch.setattr(scroll_verify, "ScrollExecutor", lambda directory: failing_at(1, error))
    kept(tmp_path)
    called = Called(["verify", str(tmp_path)])
    assert isinstance(called.error, ScrollUnverified)
    assert called.error.exit_code == 3
    assert f"block {FIRST + 1}  FAILED  {error.message} [{error.code}]" in called.output
    assert "3 blocks verified, 63,000 gas; 1 failed" in called.output
    assert "REFUSED" not in called.output
    value = Called(["verify", str(tmp_path), "--json"]).value
    assert (value["verified"], value["blocks_refused"], value["blocks_failed"]) == (False, 0, 1)


def test_verify__node_that_fails__is_told_apart_from_a_refusal(serve: Serve) -> None:
    serve(RecordedNode(BLOCKS))
    called = Called(["verify", f"{FIRST + 3}-{FIRST + 4}", "--rpc-url", URL])
    assert isinstance(called.error, ScrollNodeFailed)
    assert f"block {FIRST + 4}  FAILED" in called.output
    assert "1 block verified, 21,000 gas; 1 failed" in called.output
    value = Called(["verify", f"{FIRST + 3}-{FIRST + 4}", "--rpc-url", URL, "--json"]).value
    assert (value["blocks_refused"], value["blocks_failed"]) == (0, 1)
    assert str(called.error).count("scroll_node_failed") == 0


@pytest.mark.parametrize("content", [b"{}", b"\x89PNG", b"[1"], ids=["object", "bytes", "cut"])
def test_verify__file_of_another_kind__is_named_by_its_file(
    executor: Any, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "picture.json"
    path.write_bytes(content)
    called = Called(["verify", str(path)])
    assert isinstance(called.error, ScrollVerificationFailed)
    assert f"{path}  REFUSED  " in called.output
    assert "--keep" in called.output
    assert Called(["verify", str(path), "--json"]).value["blocks"][0]["file"] == str(path)


def test_verify__node_of_another_chain__is_refused(serve: Serve) -> None:
    serve(RecordedNode(BLOCKS, chain_id=1))
    called = Called(["verify", str(FIRST), "--rpc-url", URL])
    assert isinstance(called.error, WrongChain)


def test_verify__node_without_witnesses__says_what_to_add(serve: Serve) -> None:
    serve(RecordedNode(BLOCKS, lacks=(WITNESS,)))
    called = Called(["verify", str(FIRST), "--rpc-url", URL])
    assert isinstance(called.error, ScrollMethodMissing)
    assert "--http.api" in str(called.error)


def test_verify__file_of_another_chain__says_which_option(executor: Any, tmp_path: Path) -> None:
    kept(tmp_path)
    called = Called(["verify", str(tmp_path), "--chain-id", "534351"])
    assert isinstance(called.error, ScrollVerificationFailed)
    assert "--chain-id 534352" in called.output
    assert executor.calls == []


def test_verify__forks__are_the_chains(executor: Any, tmp_path: Path) -> None:
    kept(tmp_path)
    forks = {"bernoulli": 5, "curie": 9, "euclid": 0, "euclid_v2": 3, "feynman": 7}
    options = [word for name, when in forks.items() for word in ("--fork", f"{name}={when}")]
    called = Called(["verify", str(tmp_path), *options])
    assert called.exit_code == 0
    assert executor.chains[0].forks == forks


@pytest.mark.parametrize(
    ("forks", "said"),
    [
        (("feynman=7",), "not euclid_v2, which comes before it"),
        (("curie=1",), "not bernoulli, which comes before it"),
        (("bernoulli=3", "curie=2"), "curie=2 is before bernoulli=3"),
        (("bernoulli=0", "curie=0", "euclid=9", "euclid_v2=8"), "euclid_v2=8 is before euclid=9"),
        (("bernoulli=0", "bernoulli=1"), "given twice"),
    ],
)
def test_verify__forks_that_no_chain_has__are_refused_before_anything_starts(
    executor: ScriptedExecutor, tmp_path: Path, forks: tuple[str, ...], said: str
) -> None:
    kept(tmp_path)
    options = [word for fork in forks for word in ("--fork", fork)]
    called = Called(["verify", str(tmp_path), *options])
    assert isinstance(called.error, ConfigurationInvalid)
    assert said in str(called.error)
    assert (executor.calls, called.output) == ([], "")


def test_verify__chain_whose_forks_nobody_knows__is_refused_before_anything_starts(
    executor: ScriptedExecutor, tmp_path: Path
) -> None:
    kept(tmp_path)
    called = Called(["verify", str(tmp_path), "--chain-id", "999"])
    assert isinstance(called.error, ConfigurationInvalid)
    assert "give others their --fork" in str(called.error)
    assert (executor.calls, called.output) == ([], "")


def test_verify__file_whose_name_forges_a_line__is_named_in_one(
    executor: Any, tmp_path: Path
) -> None:
    (tmp_path / f"a\nblock {FIRST}  verified  \x1b[32m.json").write_text("{}")
    called = Called(["verify", str(tmp_path)])
    lines = called.output.splitlines()
    assert len(lines) == 2
    assert "REFUSED" in lines[0]
    assert "\x1b" not in called.output
    forged = tmp_path / f"b\nblock {FIRST}  verified.json"
    forged.write_text("{}")
    called = Called(["verify", str(forged), "--json"])
    assert called.value["blocks"][0]["file"] == str(forged)


@pytest.mark.parametrize("name", ["euclidv2", "archimedes", "Feynman"])
def test_verify__fork_that_is_none__is_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, executor: ScriptedExecutor, name: str
) -> None:
    monkeypatch.setattr(scroll_verify, "open_rpc", lambda url: pytest.fail("a node is opened"))
    called = Called(["verify", str(FIRST), "--rpc-url", URL, "--fork", f"{name}=0"])
    assert isinstance(called.error, ConfigurationInvalid)
    assert f"{name}=0" in str(called.error)
    assert "bernoulli, curie, euclid, euclid_v2, feynman, galileo, galileo_v2" in str(called.error)
    assert (executor.calls, called.output) == ([], "")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("0", "genesis"),
        ("9-5", "no range"),
        ("1-999999999", "no range"),
        ("abc", "no file"),
        ("0x12", "no file"),
        ("5", "--rpc-url"),
        ("0x" + "11" * 32, "--l1-rpc-url"),
        ("0x9bbaa2ba" + "11" * 5000, "no file"),
    ],
)
def test_verify__target_that_is_none__says_what_to_give(
    executor: Any, target: str, said: str
) -> None:
    called = Called(["verify", target])
    assert isinstance(called.error, ConfigurationInvalid)
    assert said in str(called.error)


def test_verify__file_that_is_no_witness__is_one_refusal(executor: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    called = Called(["verify", str(tmp_path)])
    assert isinstance(called.error, ScrollVerificationFailed)
    assert "neither a block witness" in called.output


def test_verify__files_that_cannot_be_read__cost_the_others_nothing(
    monkeypatch: pytest.MonkeyPatch, executor: Any, tmp_path: Path
) -> None:
    monkeypatch.setattr(keeping, "MAX_FILE_BYTES", 100_000)
    (tmp_path / "big-1.json").write_bytes(bytes(100_001))
    called = Called(["verify", str(tmp_path / "big-1.json"), *map(str, kept(tmp_path)), "--json"])
    assert isinstance(called.error, ScrollVerificationFailed)
    value = json.loads(called.output)
    assert (value["blocks_verified"], value["blocks_refused"]) == (len(WITNESSES), 1)


def test_probe__node__shows_what_it_serves(serve: Serve) -> None:
    serve(RecordedNode(BLOCKS))
    called = Called(["probe", "--rpc-url", URL])
    assert called.exit_code == 0
    assert "debug_executionWitness" in called.output
    assert Called(["probe", "--rpc-url", URL, "--json"]).value["has_witness"] is True


def test_probe__node_that_serves_none__says_what_to_do(serve: Serve) -> None:
    serve(RecordedNode(BLOCKS, version=L2GETH, lacks=(WITNESS, TRACE)))
    called = Called(["probe", "--rpc-url", URL])
    assert isinstance(called.error, AttestorError)
    assert called.error.exit_code == 2
    assert "--http.api eth,net,web3,debug,scroll" in called.output


def test_display__on_a_terminal__has_a_bar() -> None:
    import io

    display = Display(io.StringIO(), "blocks")
    assert display.line(3) == "0 blocks 3 s"
    display.expect(4)
    display.advance(3)
    assert display.line(12.4) == "[###############-----] 3 of 4 blocks 12 s"
