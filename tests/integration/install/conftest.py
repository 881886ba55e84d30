"""The wheel, built once, and a venv with it."""

from pathlib import Path

import pytest
from cases.installed import Installed, build_wheel, locked, make_venv


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """With what the daemon needs."""
    folder = tmp_path_factory.mktemp("installed")
    make_venv(folder / "venv", wheel, locked(folder, "daemon"))
    (folder / "work").mkdir()
    return Installed(folder / "venv", folder / "work")
