"""The source distribution: the commit, whole and nothing besides, and enough to build from."""

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import build_package
import pytest
from cases.installed import UV

from attestor.config import ROOT
from attestor.version import commit

SECRET = re.compile(
    r"(^|/)(payer\.key|.*\.(key|pem|sqlite|sqlite-wal)|\.env|attestor\.toml|deployment\.json)$"
)
CACHE = re.compile(r"(^|/)(__pycache__|\.venv|node_modules|target|out|cache|dist|\.[a-z]+_cache)/")


def cloned(folder: Path) -> Path:
    """The newest commit: what lies about in this checkout is not what is tested."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    return folder


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cloned(tmp_path_factory.mktemp("clone") / "attestor")


@pytest.fixture(scope="module")
def sdist(clone: Path) -> Path:
    return build_package.build("sdist", clone.parent, clone)


def names(sdist: Path) -> set[str]:
    with tarfile.open(sdist) as packed:
        return {one.name.partition("/")[2] for one in packed.getmembers()}


def test_sdist__its_files__are_those_of_the_commit(sdist: Path, clone: Path) -> None:
    assert build_package.sdist_faults(sdist, clone) == []
    assert {"LICENSE", "README.md", "uv.lock", "executor/Cargo.lock", "Makefile"} <= names(sdist)


def test_sdist__its_names__are_no_secrets_and_no_caches(sdist: Path) -> None:
    committed = "tests/"  # Keys and certificates of no one, which tests need.
    found = {name for name in names(sdist) if SECRET.search(name) or CACHE.search(name)}
    assert {name for name in found if not name.startswith(committed)} == set()


def test_sdist__a_file_that_is_not_committed__is_found(tmp_path: Path) -> None:
    """In a clone: somebody's key is in the checkout, and no .gitignore names it."""
    clone = cloned(tmp_path / "clone")
    (clone / "payer.key").write_text("0x01")
    built = build_package.build("sdist", tmp_path, clone)
    faults = build_package.sdist_faults(built, clone)
    assert faults == [f"payer.key is in {built.name}, but not in git"]


def test_sdist__unpacked_elsewhere__builds_the_client(
    sdist: Path, clone: Path, tmp_path: Path
) -> None:
    """Without git, executor and contracts: a wheel for any machine, of the same commit."""
    with tarfile.open(sdist) as packed:
        packed.extractall(tmp_path, filter="data")
    (source,) = (path for path in tmp_path.iterdir() if path.is_dir())
    command = [str(UV), "build", "--quiet", "--wheel", "--out-dir", str(tmp_path / "dist")]
    command += ["--build-constraints", "scripts/build-requirements.txt", "--require-hashes"]
    subprocess.run(command, cwd=source, check=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as packed:
        assert any(name.endswith(".dist-info/licenses/LICENSE") for name in packed.namelist())
        packed.extractall(tmp_path / "package")
    asked = "from attestor import version; print(version.built_from())"
    told = subprocess.run(
        [sys.executable, "-c", asked], cwd=tmp_path / "package", capture_output=True, text=True
    )
    assert told.stdout.strip() == commit(clone), told.stderr
