"""`attestor resume`: the operator's answer to a disagreement."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from attestor import cli
from attestor.core.blocks import Block, BlockWindow
from attestor.core.cross_check import Disagreement
from attestor.errors import DatabaseInvalid, NothingToResume
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.headers import Headers
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


def test_resume__another_branch_is_accepted__no_block_is_remembered(path: Path) -> None:
    store = Store.open(path)
    block = Block(7, b"\x07" * 32, b"\x06" * 32, 1000)
    Headers(store).save(BlockWindow((block,)))
    store.close()
    arguments = ["resume", "--database", str(path), "--reason", "invalid", "--accept-branch"]
    result = CliRunner().invoke(cli.group, arguments)
    assert result.exit_code == 0, result.output
    store = Store.open(path)
    assert Headers(store).load().blocks == ()
    store.close()
