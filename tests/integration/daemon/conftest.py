"""A stack of its own for a test that disturbs it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from attestor.devnet.stack import Devnet, DevnetOptions

StartDevnet = Callable[..., Devnet]


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator[StartDevnet]:
    """Start a fast stack, with changed options; it ends with the test."""
    running: list[Devnet] = []

    def make(**changes: Any) -> Devnet:
        options = {"folder": tmp_path / "net", "block_seconds": 0.25, "api_port": port, **changes}
        running.append(Devnet(DevnetOptions(**options)))
        running[-1].deploy()
        running[-1].start_daemon()
        return running[-1]

    yield make
    for devnet in running:
        devnet.stop()
