"""promtool, where it is there, and stacks whose daemon is watched."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cases.ports import free_port
from integration.metrics.watched import Watched

from attestor.config import ROOT
from attestor.devnet.stack import Devnet, DevnetOptions


@pytest.fixture(scope="session")
def promtool() -> Path:
    """The program; skips without it."""
    built = ROOT / "cache" / "prometheus" / "promtool"
    found = built if built.exists() else shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not installed: make test-alerts gets it")
    return Path(found)


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator[Callable[..., Watched]]:
    """Start a fast stack, with changed options; it ends with the test."""
    running: list[Devnet] = []

    def make(**changes: Any) -> Watched:
        options = {
            "folder": tmp_path / "net",
            "block_seconds": 0.5,
            "api_port": port,
            "health_port": free_port(),
            **changes,
        }
        running.append(Devnet(DevnetOptions(**options)))
        running[-1].deploy()
        running[-1].start_daemon()
        return Watched(running[-1])

    yield make
    for devnet in running:
        devnet.stop()
