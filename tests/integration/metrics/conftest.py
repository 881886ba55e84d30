"""promtool, where it is there."""

import shutil
from pathlib import Path

import pytest

from attestor.config import ROOT


@pytest.fixture(scope="session")
def promtool() -> Path:
    """The program; skips without it."""
    built = ROOT / "cache" / "prometheus" / "promtool"
    found = built if built.exists() else shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not installed: make test-alerts gets it")
    return Path(found)
