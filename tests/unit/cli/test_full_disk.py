"""Commands that write a file leave nothing of it where the disk is full, and what was as it was."""

from pathlib import Path

import pytest
from cases.full_disk import full_disk
from click.testing import CliRunner

from attestor import cli
from attestor.deployment import record
from attestor.deployment.record import DeploymentRecord
from attestor.errors import AttestorError, DeploymentFileInvalid
from attestor.store.database import Store


@pytest.mark.parametrize(
    "line",
    [
        ["init", "--folder", "."],
        ["clients", "add", "somebody", "--file", "clients.json"],
        ["db", "backup", "new.sqlite", "--database", "history.sqlite"],
        ["db", "restore", "history.sqlite", "--database", "new.sqlite"],
        ["db", "restore", "history.sqlite", "--database", "old.sqlite", "--replace"],
    ],
    ids=" ".join,
)
def test_command__full_disk__leaves_everything_as_it_was(
    line: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("history.sqlite", "old.sqlite"):
        Store.open(tmp_path / name).close()
    made = CliRunner().invoke(cli.group, ["clients", "add", "first", "--file", "clients.json"])
    assert made.exit_code == 0, made.output
    before = contents(tmp_path)
    with full_disk():
        result = CliRunner().invoke(cli.group, line)
    assert isinstance(result.exception, AttestorError), repr(result.exception)
    assert contents(tmp_path) == before
    assert CliRunner().invoke(cli.group, line).exit_code == 0


def contents(folder: Path) -> dict[str, bytes]:
    """Of all files but locks, which stay, as others wait for them, and what SQLite reads with."""
    own = (".lock", "-wal", "-shm")
    return {p.name: p.read_bytes() for p in folder.iterdir() if not p.name.endswith(own)}


def test_deployment_file__full_disk__leaves_everything_as_it_was(tmp_path: Path) -> None:
    record.write(tmp_path / "deployment.json", DeploymentRecord(1))
    before = contents(tmp_path)
    with full_disk(), pytest.raises(DeploymentFileInvalid):
        record.write(tmp_path / "deployment.json", DeploymentRecord(2))
    assert contents(tmp_path) == before
