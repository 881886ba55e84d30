"""`attestor resume`: the operator's answer to a disagreement."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from attestor import cli
from attestor.audit import verify
from attestor.core.blocks import Block, BlockWindow
from attestor.core.cross_check import Disagreement
from attestor.errors import DatabaseInvalid, NothingToResume, ReorgTooDeep
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.headers import Headers
from attestor.store.history import History
from attestor.store.journal import Journal, entries
from attestor.store.lock import lock_database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database in which signing is halted."""
    store = Store.open(tmp_path / "attestor.sqlite")
    journal = Journal(store, lambda: 1_800_000_000.0)
    Disagreements(store, journal).note(Disagreement("job-1", "cycles: ours 1", b"elf", ()))
    store.close()
    return tmp_path / "attestor.sqlite"


def resume(path: Path, option: str = "--reason") -> Result:
    arguments = ["resume", "--database", str(path), option, "mended in 1.2"]
    return CliRunner().invoke(cli.group, arguments)


def test_resume__halted__is_closed_with_the_reason(path: Path) -> None:
    result = resume(path)
    assert result.exit_code == 0, result.output
    assert "closed: job job-1 of 2027-" in result.output
    assert "cycles: ours 1" in result.output
    store = Store.open_to_read(path)
    told = {"job": "job-1", "disagreement": 1, "reason": "mended in 1.2"}
    assert list(entries(store))[-1].evidence == told
    assert isinstance(resume(path).exception, NothingToResume)


def test_resume__by_the_options_earlier_name__works_and_is_not_advertised(path: Path) -> None:
    assert resume(path, "--because").exit_code == 0
    told = CliRunner().invoke(cli.group, ["resume", "--help"]).output
    assert "--reason" in told
    assert "--because" not in told


def test_resume__daemon_still_runs__is_refused(path: Path) -> None:
    with lock_database(path):
        assert isinstance(resume(path).exception, DatabaseInvalid)
    assert resume(path).exit_code == 0


def test_resume__no_database__none_is_made(tmp_path: Path) -> None:
    assert isinstance(resume(tmp_path / "nowhere.sqlite").exception, DatabaseInvalid)
    assert list(tmp_path.iterdir()) == []


def test_resume__without_a_reason__is_a_usage_error(path: Path) -> None:
    result = CliRunner().invoke(cli.group, ["resume", "--database", str(path)])
    assert result.exit_code == 2
    assert "--reason" in result.output


def accept(path: Path) -> Result:
    arguments = ["resume", "--database", str(path), "--reason", "explorer agrees"]
    return CliRunner().invoke(cli.group, [*arguments, "--accept-branch"])


@pytest.fixture
def forked(path: Path) -> Path:
    """A database with a reorg that was too deep, and a disagreement of the engines."""
    store = Store.open(path)
    block = Block(7, b"\x07" * 32, b"\x06" * 32, 1000)
    Headers(store).save(BlockWindow((block,)))
    history = History(store, Journal(store, lambda: 1_800_000_000.0))
    history.step_failed(None, "following the chain", ReorgTooDeep.code, "another branch")
    history.step_failed(None, "following the chain", "rpc_unreachable", "down")
    store.close()
    return path


def test_resume__another_branch_is_accepted__no_block_is_remembered_and_the_reason_is(
    forked: Path,
) -> None:
    result = accept(forked)
    assert result.exit_code == 0, result.output
    store = Store.open(forked)
    assert Headers(store).load().blocks == ()
    newest = list(entries(store))[-1]
    assert (newest.event, newest.evidence) == ("branch_accepted", {"reason": "explorer agrees"})
    assert verify.journal_faults(store) == []
    store.close()
    assert isinstance(accept(forked).exception, NothingToResume)


def test_resume__another_branch_is_accepted__engines_that_disagree_stay_open(forked: Path) -> None:
    accept(forked)
    store = Store.open_to_read(forked)
    assert len(Disagreements(store, Journal(store, lambda: 0.0)).open()) == 1


def test_resume__branch_without_a_reorg__is_refused_and_blocks_stay(path: Path) -> None:
    store = Store.open(path)
    Headers(store).save(BlockWindow((Block(7, b"\x07" * 32, b"\x06" * 32, 1000),)))
    store.close()
    assert isinstance(accept(path).exception, NothingToResume)
    store = Store.open(path)
    assert len(Headers(store).load().blocks) == 1
    store.close()


def test_resume__reorg_too_deep_alone__is_not_ended_by_the_reason_alone(forked: Path) -> None:
    assert resume(forked).exit_code == 0
    assert isinstance(resume(forked).exception, NothingToResume)
    assert accept(forked).exit_code == 0
