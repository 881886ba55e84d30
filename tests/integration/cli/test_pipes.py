"""A pipe that nobody writes to, in place of each file that a command takes, ends the command."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import click
import pytest
from cases.command_lines import commands, given
from click.testing import CliRunner

from attestor import cli
from attestor.errors import AttestorError

SECONDS = 20
NODE = ["--rpc-url", "http://127.0.0.1:1"]
PCS = ["--pcs-url", "http://127.0.0.1:1", "--fmspc", "00" * 6]
ALSO = {
    ("collateral", "fetch"): PCS,
    ("collateral", "show"): [*NODE, *PCS],
    ("collateral", "upload"): [*NODE, *PCS],
    ("resume",): ["--reason", "x"],
}
"""What makes a command look at its files."""


def lines() -> Iterator[tuple[str, ...]]:
    """A command line for each path that each command takes, with PIPE in its place."""
    for path, command in commands(cli.group):
        for taken in command.params:
            if isinstance(taken.type, click.Path):
                words = [word for one in command.params for word in given(one, taken)]
                also = ALSO.get(path, []) if "--config" not in words else []
                yield (*path, *words, *also)


@pytest.fixture
def bounded() -> Iterator[None]:
    def late(signal_number: int, frame: FrameType | None) -> None:
        raise TimeoutError("it waits for the pipe")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("line", sorted(set(lines())), ids=" ".join)
def test_pipe__in_place_of_each_file__ends_the_command(
    line: tuple[str, ...], tmp_path: Path, bounded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("PIPE")
    Path("FILE").touch()
    result = CliRunner().invoke(cli.group, line)
    assert result.exit_code != 0, result.output
    assert isinstance(result.exception, AttestorError | SystemExit), repr(result.exception)
