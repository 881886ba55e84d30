"""Where the files that come with the code are looked for."""

import json
from pathlib import Path

import pytest

from attestor import __version__, resources, version
from attestor.config import ROOT
from attestor.config.options import Config
from attestor.devnet import anvil
from attestor.errors import AnvilFailed

SOURCES = sorted((ROOT / "attestor").rglob("*.py"))


@pytest.fixture
def as_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The package as a wheel has it, in a folder of its own."""
    package = tmp_path / "site-packages" / "attestor"
    package.mkdir(parents=True)
    monkeypatch.setattr(resources, "PACKAGE", package)
    monkeypatch.setattr(resources, "CARRIED", package / "data")
    return package


@pytest.mark.parametrize("kind", sorted(resources.IN_CHECKOUT))
def test_folder__in_a_checkout__is_where_it_is_built(kind: str) -> None:
    assert resources.folder(kind) == ROOT / resources.IN_CHECKOUT[kind]


@pytest.mark.parametrize("kind", sorted(resources.IN_CHECKOUT))
def test_folder__installed__is_in_the_package(as_installed: Path, kind: str) -> None:
    assert resources.folder(kind) == as_installed / "data" / kind


def test_folder__installed__follows_no_folder_beside_the_package(as_installed: Path) -> None:
    (as_installed.parent / "executor" / "target" / "release").mkdir(parents=True)
    assert resources.folder("executor").is_relative_to(as_installed)


def test_advice__installed__names_no_command_of_the_checkout(as_installed: Path) -> None:
    assert resources.how_to_get("make executor").startswith("install attestor from a wheel")


def test_advice__in_a_checkout__is_the_command() -> None:
    assert resources.how_to_get("make executor") == "run make executor"


def test_package__its_modules__look_for_files_in_one_place() -> None:
    """Nothing else goes up from its own file, or asks for the checkout's root."""
    for path in SOURCES:
        text, name = path.read_text(), str(path.relative_to(ROOT / "attestor"))
        if name not in ("resources.py", "config/option.py", "config/__init__.py"):
            assert "ROOT /" not in text.replace("_ROOT /", ""), name
            assert "parents[" not in text, name
            assert "config import ROOT" not in text, name


def test_executor__default__is_the_packages_own() -> None:
    assert Config.executor_directory == resources.folder("executor")


def test_anvil__version__is_the_one_that_npm_locks() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    assert package["optionalDependencies"][anvil.NPM_PACKAGE] == anvil.VERSION


def made(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_anvil__below_node_modules__comes_before_path(
    as_installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path = made(tmp_path / "bin" / "anvil")
    monkeypatch.setenv("PATH", str(on_path.parent))
    assert anvil.find(tmp_path) == on_path
    installed = made(tmp_path / "node_modules" / anvil.NPM_PACKAGE / "bin" / "anvil")
    assert anvil.find(tmp_path) == installed


def test_anvil__nowhere__says_how_to_get_it(
    as_installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AnvilFailed, match=f"npm install {anvil.NPM_PACKAGE}@{anvil.VERSION}"):
        anvil.find(tmp_path)


def test_version__installed__has_what_the_build_wrote(
    as_installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = as_installed / "data" / "build.json"
    monkeypatch.setattr(version, "BUILD", build)
    assert "commit unknown" in version.told()
    build.parent.mkdir()
    for broken in ("", "[]", "{}"):
        build.write_text(broken)
        assert "commit unknown" in version.told()
    build.write_text('{"commit": "abc-dirty"}')
    assert version.told() == f"{__version__}, commit abc-dirty, SP1 circuit v6.1.0"
