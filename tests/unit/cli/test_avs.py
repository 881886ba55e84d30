"""`attestor avs` where it cannot start."""

import errno
from pathlib import Path

import pytest
from click.testing import CliRunner

from attestor import cli
from attestor.cli import avs_parts
from attestor.errors import SandboxInsufficient
from attestor.hardening import process


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


def test_command__word_that_is_none__is_refused_by_name() -> None:
    result = CliRunner().invoke(cli.group, ["avs", "docter"])
    assert result.exit_code == 2
    assert "No such command 'docter'" in result.output
