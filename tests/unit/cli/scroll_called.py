"""`attestor scroll`, called in this process, and what it works on: a chain of four blocks, and an
executor that is told what comes out."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from cases import scroll_batch
from cases.scroll_chain import FIRST, ScriptedExecutor, chain
from cases.scroll_node import RecordedNode
from click.testing import CliRunner

from attestor import cli
from attestor.cli import scroll_commits, scroll_verify
from attestor.errors import (
    AttestorError,
)
from attestor.executor.scroll import BlockRange
from attestor.scroll import keeping

URL = "http://node.example:8545"
WITNESSES = chain(4)
BLOCKS = {one.number: one for one in WITNESSES}


class Called:
    """What a call of the command printed, and the error that it ended with."""

    def __init__(self, arguments: Sequence[str]) -> None:
        result = CliRunner().invoke(cli.group, ["scroll", *arguments])
        self.output, self.error = result.output, result.exception
        self.exit_code = result.exit_code

    @property
    def value(self) -> Any:
        return json.loads(self.output)


Serve = Callable[[RecordedNode], RecordedNode]


def failing_at(place: int, error: AttestorError) -> ScriptedExecutor:
    """One that fails at any call with this block of the chain."""

    def fault(number: int, blocks: BlockRange) -> None:
        if number == FIRST + place:
            raise error

    return ScriptedExecutor(fault)


def kept(folder: Path) -> list[Path]:
    return [keeping.keep(folder, one) for one in WITNESSES]


def scripted(monkeypatch: pytest.MonkeyPatch) -> ScriptedExecutor:
    """In the place of the executor, and of what checks blobs."""
    found = ScriptedExecutor()
    monkeypatch.setattr(scroll_verify, "ScrollExecutor", lambda directory: found)
    monkeypatch.setattr(scroll_verify, "_kzg", scroll_batch.CheapKzg)
    return found


def serving(monkeypatch: pytest.MonkeyPatch) -> Serve:
    """What puts a node in the place of all others."""

    def serve(node: RecordedNode) -> RecordedNode:
        monkeypatch.setattr(scroll_verify, "open_rpc", lambda url: node)
        monkeypatch.setattr(scroll_commits, "open_rpc", lambda url: node)
        return node

    return serve
