"""`attestor avs` where it cannot start."""

import errno
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from attestor import cli
from attestor.cli import avs_parts
from attestor.errors import NotReady, QuoteProviderInvalid, SandboxInsufficient
from attestor.hardening import process
from attestor.quote import detection
from attestor.signer.poe.settings import PoeProvider


def test_start__kernel_without_prctl__is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking() -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(process, "keep_memory_to_itself", lacking)
    monkeypatch.setattr(avs_parts, "detect", lambda *given: None)
    database = tmp_path / "avs.sqlite"
    (tmp_path / "prover.json").write_text("{}")
    arguments = ["avs", "-c", str(tmp_path / "prover.json"), "--database", str(database)]
    result = CliRunner().invoke(cli.group, arguments)
    assert isinstance(result.exception, SandboxInsufficient)
    assert "Function not implemented" in result.exception.message
    assert "--quotes gramine" in (result.exception.hint or "")
    assert not database.exists()


class Began(Exception):
    """Nothing was in the way of the start."""


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """A confidential machine of Azure, and the options of a service on it."""
    shown = {detection.ASSET_TAG: detection.AZURE.encode() + b"\n", "/dev/tpmrm0": b""}

    def begin(opened: object, file: object, *given: object, **options: object) -> None:
        assert PoeProvider.NONE in given
        raise Began

    class Files:
        def read(self, path: str, limit: int) -> bytes:
            return shown[path][:limit]

    path = SimpleNamespace(exists=shown.__contains__)
    monkeypatch.setattr(avs_parts, "os", SimpleNamespace(path=path))
    monkeypatch.setattr(avs_parts, "LinuxFiles", Files)
    monkeypatch.setattr(avs_parts, "build", begin)
    file, database = tmp_path / "prover.json", tmp_path / "avs.sqlite"
    file.write_text("{}")
    return ["-c", str(file), "--database", str(database), "-p", "0", "--host", "127.0.0.1"]


def test_start__machine_of_azure__is_refused_by_name_with_what_works(azure: list[str]) -> None:
    result = CliRunner().invoke(cli.group, ["avs", *azure])
    assert isinstance(result.exception, QuoteProviderInvalid)
    assert "Azure" in result.exception.message
    assert "Google Cloud (C3" in (result.exception.hint or "")
    assert "hosts of your own" in (result.exception.hint or "")
    assert not Path(azure[3]).exists()


def test_start__machine_of_azure_without_quotes__goes_on(azure: list[str]) -> None:
    result = CliRunner().invoke(cli.group, ["avs", *azure, "--quotes", "none"])
    assert isinstance(result.exception, Began)


def test_doctor__machine_of_azure__fails_by_name_with_what_works(azure: list[str]) -> None:
    result = CliRunner().invoke(cli.group, ["avs", *azure, "doctor", "--json"])
    rows = [json.loads(line) for line in result.output.splitlines() if line.startswith("{")]
    (row,) = [row for row in rows if row["check"] == "quotes"]
    assert isinstance(result.exception, NotReady)
    assert row["state"] == "failed"
    assert "Azure" in row["found"]
    assert "Google Cloud (C3" in row["advice"]


def test_command__word_that_is_none__is_refused_by_name() -> None:
    result = CliRunner().invoke(cli.group, ["avs", "docter"])
    assert result.exit_code == 2
    assert "No such command 'docter'" in result.output
