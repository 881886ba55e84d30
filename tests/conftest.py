"""Settings that all tests share."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cpu_budget import CpuBudget
from hypothesis import settings
from loguru import logger

from attestor.hardening import process

ROOT = Path(__file__).resolve().parent.parent
VECTORS = Path(os.environ.get("ATTESTOR_VECTORS", ROOT.parent / "shared" / "vectors"))
"""Data of real systems, which is not part of the project: the one setting is ATTESTOR_VECTORS."""

KINDS = {
    "unit": "unit",
    "property": "unit",
    "assumptions": "unit",
    "integration": "integration",
    "docs": "unit",
}


FAST = ("tests/unit/", "tests/docs/")


# As importing py_ecc does: no test may rest on the lower limit of a process that has not.
sys.setrecursionlimit(100_000)

# A machine that only checks must give the same verdict twice; elsewhere new cases are tried.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cpu-budget", action="store_true", help="hold the fast tests to their time")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--cpu-budget"):
        config.pluginmanager.register(CpuBudget(FAST))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test's folder decides its kind, so that none can be without one."""
    for item in items:
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        item.add_marker(KINDS[folder])


@pytest.fixture(autouse=True)
def log_as_it_was() -> Iterator[None]:
    """A command that a test runs in its own process sets the log up for all that come after."""
    yield
    logger.configure(patcher=lambda record: None)


@pytest.fixture(autouse=True)
def process_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command gives up for good it would give up for the process of all tests."""
    monkeypatch.setattr(process, "keep_memory_to_itself", lambda: None)


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unit tests must not open connections: a forgotten one fails instead of hanging."""
    if request.node.get_closest_marker("unit") is None:
        return

    def refuse(self: socket.socket, address: object) -> None:
        raise AssertionError(f"a unit test tried to connect to {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of real-world vectors; tests that need it are skipped where it is not."""
    if not VECTORS.is_dir():
        pytest.skip(f"no vectors at {VECTORS}: set ATTESTOR_VECTORS to their folder")
    return VECTORS
