"""`attestor scroll verify` of batches."""

from pathlib import Path
from typing import Any

import pytest
from cases import scroll_batch
from cases.scroll_chain import FIRST, ScriptedExecutor
from cases.scroll_node import RecordedNode
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
from attestor.core.scroll import batch_header
from attestor.core.scroll.binding import bind
from attestor.core.scroll.block import from_header
from attestor.core.scroll.calldata import FINALIZATIONS, parse_commit
from attestor.core.text import to_hex
from attestor.errors import (
    ConfigurationInvalid,
    ExecutorCrashed,
)
from attestor.errors.scroll import (
    ScrollBlobUnavailable,
    ScrollMismatch,
    ScrollNodeFailed,
    ScrollUnverified,
    ScrollVerificationFailed,
)
from attestor.executor.scroll import BlockRange
from attestor.scroll import blob_sources, headers
from attestor.scroll.node import WITNESS


@pytest.fixture
def executor(monkeypatch: pytest.MonkeyPatch) -> ScriptedExecutor:
    return scripted(monkeypatch)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, executor: ScriptedExecutor) -> Serve:
    return serving(monkeypatch)


def batch_of(version: int, tmp_path: Path) -> tuple[scroll_batch.Case, list[str]]:
    """The batch that holds the chain's blocks, as files, and the options for it."""
    blocks = tuple(from_header(one.header, one.transactions) for one in WITNESSES)
    made = scroll_batch.case(version, blocks)
    commit = tmp_path / "commit.calldata"
    commit.write_text(to_hex(made.calldata))
    options = [str(commit), "--batch-index", str(scroll_batch.INDEX)]
    for place, blob in enumerate(made.evidence.blobs):
        (tmp_path / f"{place}.blob").write_bytes(blob)
        options += ["--blob", str(tmp_path / f"{place}.blob")]
    return made, options


@pytest.fixture
def near(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain's L1 messages are numbered as its blocks."""
    monkeypatch.setattr(scroll_batch, "FIRST_POPPED", FIRST)


@pytest.mark.parametrize("version", [0, 3, 6])
def test_verify__batch_in_calldata__is_bound_to_its_blocks(
    near: None, version: int, tmp_path: Path, serve: Serve
) -> None:
    served = serve(RecordedNode(BLOCKS))
    made, options = batch_of(version, tmp_path)
    called = Called(["verify", *options, "--rpc-url", URL])
    assert called.exit_code == 0, called.output
    assert f"batch {scroll_batch.INDEX}  verified  {to_hex(made.batch_hash)}" in called.output
    assert served.asked.count(WITNESS) == 4


@pytest.mark.parametrize("version", [7, 8, 10])
def test_verify__batch_in_blobs__takes_files_for_its_blocks(
    near: None, version: int, tmp_path: Path, executor: Any
) -> None:
    made, options = batch_of(version, tmp_path)
    (tmp_path / "witnesses").mkdir()
    kept(tmp_path / "witnesses")
    called = Called(["verify", str(tmp_path / "witnesses"), *options, "--json"])
    first, second = called.value["batches"]
    assert first["hash"] == to_hex(made.batch_hash)
    assert (first["index"], first["first_block"]) == (scroll_batch.INDEX, FIRST)
    # The blocks of the commit's second blob are in no file.
    assert (second["verified"], second["error"]) == (False, "configuration_invalid")
    # Nothing is refused by that: something is to be given.
    assert isinstance(called.error, ConfigurationInvalid)
    assert called.error.hint == "set --rpc-url"
    name = to_hex(made.evidence.versioned_hashes[0])
    other = to_hex(made.evidence.versioned_hashes[1])
    alone = ["--versioned-hash", name, "--versioned-hash", other, *options[:5]]
    called = Called(["verify", str(tmp_path / "witnesses"), *alone])
    assert isinstance(called.error, ConfigurationInvalid)
    assert "--blob-url" in str(called.error.hint)
    *_, good, missing, summary = called.output.splitlines()
    assert good.startswith(f"batch {scroll_batch.INDEX}  verified")
    assert missing.startswith(f"batch {scroll_batch.INDEX + 1}  LACKING  its blob {other} was not")
    assert "--blob" in missing
    assert summary.endswith("1 of 2 batches verified")


@pytest.mark.parametrize("version", [2, 8])
def test_verify__commit_whose_transaction_names_blobs_and_nobody_gives_them__lacks_each(
    near: None, version: int, tmp_path: Path, executor: Any
) -> None:
    made, options = batch_of(version, tmp_path)
    names = [to_hex(name) for name in made.evidence.versioned_hashes]
    given = [word for name in names for word in ("--versioned-hash", name)]
    called = Called(["verify", *options[:3], *given, "--json"])
    assert isinstance(called.error, ConfigurationInvalid)
    assert [
        (batch["versioned_hash"], batch["error"], batch["verified"])
        for batch in called.value["batches"]
    ] == [(name, "scroll_blob_required", False) for name in names]


def test_verify__blob_that_no_source_has__fails_its_own_batch_alone(
    near: None, tmp_path: Path, executor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, options = batch_of(8, tmp_path)
    first, second = made.evidence.versioned_hashes

    def find(name: bytes, *_: object) -> bytes:
        if name == second:
            raise ScrollBlobUnavailable("it is nowhere")
        return made.evidence.blobs[0]

    monkeypatch.setattr(blob_sources, "find", find)
    given = ["--versioned-hash", to_hex(first), "--versioned-hash", to_hex(second)]
    (tmp_path / "witnesses").mkdir()
    kept(tmp_path / "witnesses")
    called = Called(
        ["verify", str(tmp_path / "witnesses"), *options[:3], *given, "--blob-url", URL]
    )
    assert isinstance(called.error, ScrollNodeFailed)
    assert f"batch {scroll_batch.INDEX}  verified" in called.output
    assert f"batch {scroll_batch.INDEX + 1}  FAILED  it is nowhere" in called.output


def test_verify__commit_that_finalizes__is_both(near: None, tmp_path: Path, executor: Any) -> None:
    blocks = tuple(from_header(one.header, one.transactions) for one in WITNESSES)
    last = headers.state_root(WITNESSES[-1].header)
    made = scroll_batch.finalizing(8, blocks, (last, b"\x77" * 32))
    commit, blob = tmp_path / "commit.calldata", tmp_path / "0.blob"
    commit.write_bytes(made.calldata)
    blob.write_bytes(made.evidence.blobs[0])
    (tmp_path / "witnesses").mkdir()
    kept(tmp_path / "witnesses")
    options = ["--blob", str(blob), "--batch-index", str(scroll_batch.INDEX)]
    given = ["verify", str(tmp_path / "witnesses"), str(commit), *options]
    called = Called([*given, "--finalization", str(commit)])
    assert called.exit_code == 0, called.output
    assert "finalization agrees" in called.output


@pytest.mark.parametrize("agrees", [True, False])
def test_verify__finalization__is_compared_with_what_came_out(
    near: None, agrees: bool, tmp_path: Path, serve: Serve
) -> None:
    serve(RecordedNode(BLOCKS))
    made, options = batch_of(3, tmp_path)
    blocks = tuple(from_header(one.header, one.transactions) for one in WITNESSES)
    commit = parse_commit(made.calldata)
    header = bind(commit, blocks, made.evidence, scroll_batch.CheapKzg()).header
    last = headers.state_root(WITNESSES[-1].header)
    roots = (bytes(32), last if agrees else bytes(32), b"\x77" * 32)
    told = tmp_path / "finalize.calldata"
    told.write_text(to_hex(scroll_batch.finalization(made, header, roots)))
    called = Called(["verify", *options, "--rpc-url", URL, "--finalization", str(told)])
    assert ("finalization agrees" in called.output) is agrees
    assert (called.exit_code == 0) is agrees
    if not agrees:
        assert "was finalized with the state root" in called.output


def test_verify__finalization_of_another_batch__is_a_refusal(
    near: None, tmp_path: Path, serve: Serve
) -> None:
    serve(RecordedNode(BLOCKS))
    _, options = batch_of(3, tmp_path)
    other = batch_header.BatchHeader(8, 9, bytes(32), bytes(32)).encode()
    told = tmp_path / "finalize.calldata"
    seventh = scroll_batch.finalizing(8)
    told.write_bytes(scroll_batch.finalization(seventh, other, (bytes(32),) * 3))
    called = Called(["verify", *options, "--rpc-url", URL, "--finalization", str(told)])
    assert isinstance(called.error, ScrollVerificationFailed)
    assert "the finalization is of batch 9, which was not verified" in str(called.error)


def test_verify__batch_of_other_transactions__is_refused(
    near: None, tmp_path: Path, serve: Serve
) -> None:
    serve(RecordedNode(BLOCKS))
    _, options = batch_of(3, tmp_path)
    other = scroll_batch.case(
        3,
        scroll_batch.with_other_transactions(
            [from_header(one.header, one.transactions) for one in WITNESSES]
        ),
    )
    Path(options[0]).write_bytes(other.calldata)
    called = Called(["verify", options[0], "--rpc-url", URL])
    assert isinstance(called.error, ScrollVerificationFailed)
    assert f"batch of blocks {FIRST}-{FIRST + 3}  REFUSED" in called.output
    assert "challenge" in called.output
    assert "4 blocks verified" in called.output


def test_verify__batch_with_a_refused_block__is_not_vouched_for(
    near: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serve: Serve
) -> None:
    serve(RecordedNode(BLOCKS))

    def fault(number: int, blocks: BlockRange) -> None:
        if number == FIRST + 2:
            raise ScrollMismatch("gas_used differs", block=number)

    monkeypatch.setattr(scroll_verify, "ScrollExecutor", lambda directory: ScriptedExecutor(fault))
    _, options = batch_of(3, tmp_path)
    called = Called(["verify", *options, "--rpc-url", URL])
    assert isinstance(called.error, ScrollVerificationFailed)
    assert f"1 of its blocks are not verified, block {FIRST + 2} first" in called.output


def test_verify__batch_without_its_blob__says_how_to_give_it(
    near: None, tmp_path: Path, executor: Any
) -> None:
    _, options = batch_of(8, tmp_path)
    called = Called(["verify", options[0]])
    assert isinstance(called.error, ConfigurationInvalid)
    assert called.output.startswith("batch  LACKING  ")
    assert "--blob" in called.output


def test_verify__batch_without_its_index__says_how_to_give_it(
    near: None, tmp_path: Path, serve: Serve
) -> None:
    serve(RecordedNode(BLOCKS))
    made, options = batch_of(8, tmp_path)
    names = [
        word
        for name in made.evidence.versioned_hashes
        for word in ("--versioned-hash", to_hex(name))
    ]
    called = Called(["verify", options[0], *options[3:5], *names, "--rpc-url", URL])
    assert isinstance(called.error, ConfigurationInvalid)
    assert f"batch of blocks {FIRST}-{FIRST + 3}  LACKING  the index" in called.output
    assert "--batch-index" in called.output


@pytest.mark.parametrize(
    "options",
    [
        ["--batch-index", "0"],
        ["--batch-hash", "0x" + "11" * 32],
        ["--versioned-hash", "0x" + "01" * 32],
        ["--blob", __file__],
        ["--finalization", __file__],
    ],
)
def test_verify__option_of_a_commit_without_one__is_no_verdict_on_a_batch(
    executor: Any, tmp_path: Path, options: list[str]
) -> None:
    kept(tmp_path)
    called = Called(["verify", str(tmp_path), *options])
    assert isinstance(called.error, ConfigurationInvalid)
    assert options[0] in str(called.error)


def test_verify__finalization_as_a_target__says_which_option(executor: Any, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(next(iter(FINALIZATIONS)) + bytes(64))
    called = Called(["verify", str(tmp_path / "a")])
    assert isinstance(called.error, ConfigurationInvalid)
    assert "--finalization" in str(called.error.hint)


def test_verify__batch_whose_block_the_executor_fails_at__is_not_refused(
    near: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serve: Serve
) -> None:
    serve(RecordedNode(BLOCKS))
    executor = failing_at(2, ExecutorCrashed("it died"))
    monkeypatch.setattr(scroll_verify, "ScrollExecutor", lambda directory: executor)
    _, options = batch_of(3, tmp_path)
    called = Called(["verify", *options, "--rpc-url", URL])
    assert isinstance(called.error, ScrollUnverified)
    assert f"batch of blocks {FIRST}-{FIRST + 3}  FAILED  1 of its blocks" in called.output
    assert "0 of 1 batch verified" in called.output
