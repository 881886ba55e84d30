"""What developers are told to use exists: targets of make, hooks before a commit."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from attestor import __version__
from attestor.config import ROOT

FILES = [ROOT / "Makefile", *sorted((ROOT / "make").glob("*.mk"))]
MAKEFILE = "\n".join(path.read_text() for path in FILES)
HELP = re.compile(r"^([a-z0-9-]+):.*? ## (\S.*)$", re.MULTILINE)


def test_make_help__every_target__has_one_line() -> None:
    declared = MAKEFILE.replace("\\\n", " ")
    phony = set(" ".join(re.findall(r"^\.PHONY:(.*)$", declared, re.MULTILINE)).split())
    explained = [name for name, _ in HELP.findall(MAKEFILE)]
    assert len(explained) == len(set(explained))
    assert set(explained) == phony
    assert all(len(line) <= 70 for _, line in HELP.findall(MAKEFILE))


def test_make_help__run__prints_every_target() -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True
    )
    assert shown.returncode == 0, shown.stderr
    assert [line.split()[0] for line in shown.stdout.splitlines()] == [
        name for name, _ in HELP.findall(MAKEFILE)
    ]


def test_lock__of_pythons_packages__is_that_of_the_project(tmp_path: Path) -> None:
    """By the uv that the Makefile pins; an index is not asked for what is locked."""
    pinned = re.search(r"^UV_VERSION := (\S+)$", MAKEFILE, re.MULTILINE)
    assert pinned is not None
    told = uv("--version", cache=tmp_path)
    assert told.stdout.split()[1] == pinned[1]
    checked = uv("lock", "--check", "--offline", cache=tmp_path)
    assert checked.returncode == 0, checked.stderr


def uv(*arguments: str, cache: Path) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / ".venv" / "bin" / "uv"), "--cache-dir", str(cache), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_pre_commit__programs_of_hooks__are_those_that_make_sets_up() -> None:
    """No hook downloads anything: each runs what the lock files pin."""
    text = (ROOT / ".pre-commit-config.yaml").read_text()
    assert set(re.findall(r"repo: (\S+)", text)) == {"local"}
    for program in re.findall(r"entry: (\S+)", text):
        assert program.startswith((".venv/bin/", "node_modules/@foundry-rs/")) or program == "cargo"


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "README.md"])
def test_make_targets__named_in_each_page__exist(name: str) -> None:
    named = set(re.findall(r"`make ([a-z0-9-]+)", (ROOT / name).read_text()))
    assert named <= {target for target, _ in HELP.findall(MAKEFILE)}


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_paths__named_in_each_page__exist(name: str) -> None:
    text = (ROOT / name).read_text()
    folders = "attestor|tests|scripts|contracts|executor|guests|docs|abi|make"
    for path in re.findall(rf"`((?:{folders})/[\w./-]*)`", text):
        assert (ROOT / path).exists(), path


def test_changelog__its_newest_release__is_the_packages_or_unreleased() -> None:
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert __version__ in headings


def test_version__of_python_and_rust__is_one() -> None:
    rust = tomllib.loads((ROOT / "executor" / "Cargo.toml").read_text())
    assert rust["workspace"]["package"]["version"] == __version__
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["tool"]["hatch"]["version"]["path"] == "attestor/__init__.py"


def test_build__its_backend__is_pinned_to_what_has_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    listed = (ROOT / "scripts" / "build-requirements.in").read_text().splitlines()
    pinned = [line for line in listed if not line.startswith("#")]
    assert project["build-system"]["requires"] == pinned
    hashed = (ROOT / "scripts" / "build-requirements.txt").read_text()
    assert re.findall(r"^(\S+==\S+) ", hashed, re.MULTILINE) == pinned
