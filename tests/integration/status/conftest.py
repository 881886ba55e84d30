"""Where screenshots go."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    """The folder that `ATTESTOR_SCREENSHOTS` names, or one that goes with the test's."""
    return Path(os.environ.get("ATTESTOR_SCREENSHOTS", tmp_path / "screenshots"))
