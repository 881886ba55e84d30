"""A prover of the AVS as a process, asked over HTTP, and recorded blocks for it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from cases.avs_process import Running
from cases.scroll_http import Served

from attestor.core.scroll.block import from_header
from attestor.scroll import witness
from attestor.scroll.witness import Witness


def recorded(vectors: Path, pattern: str) -> dict[int, Witness]:
    """Recorded blocks by number."""
    found = (
        witness.from_text(path.read_bytes(), path.name)
        for path in sorted((vectors / "scroll").glob(pattern))
    )
    return {one.number: one for one in found}


@dataclass
class Prover:
    """A running prover, the node that it asks, and its database."""

    started: Running
    node: Served
    database: Path

    def call(self, method: str, *params: object) -> Any:
        body: Any = {"jsonrpc": "2.0", "method": method, "params": list(params), "id": 1}
        found = requests.post(f"http://127.0.0.1:{self.started.port}", json=body, timeout=120)
        return found.json()

    def result(self, method: str, *params: object) -> Any:
        found = self.call(method, *params)
        assert "result" in found, found
        return found["result"]

    def error(self, method: str, *params: object) -> Any:
        found = self.call(method, *params)
        assert "error" in found, found
        assert "skip" not in json.dumps(found["error"])
        return found["error"]


def batch_blocks(blocks: dict[int, Witness], first: int, last: int) -> list[Any]:
    """These blocks as a batch has them."""
    return [
        from_header(blocks[number].header, blocks[number].transactions)
        for number in range(first, last + 1)
    ]
