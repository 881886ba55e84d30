"""What the README says exists, and the lock files name no other place than the public index."""

import re
import subprocess

import pytest

from attestor.cli import COMMANDS
from attestor.config import ROOT

README = (ROOT / "README.md").read_text()
PUBLIC = {
    "https://pypi.org",
    "https://files.pythonhosted.org",
    "https://github.com",
}
"""github.com is the name of crates.io's index in Cargo.lock, not a place that is asked."""


def test_make_targets__each_one_named__is_in_the_makefile() -> None:
    files = [ROOT / "Makefile", *(ROOT / "make").glob("*.mk")]
    makefile = "\n".join(path.read_text() for path in files)
    named = set(re.findall(r"\bmake ([a-z0-9-]+)", README))
    assert {"demo", "test"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"no target {target}"


def test_commands__each_one_named__exists() -> None:
    named = set(re.findall(r"bin/attestor ([a-z0-9-]+)", README))
    assert named
    assert named <= set(COMMANDS)


def test_links__each_one__leads_to_a_file() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if "://" not in target:
            assert (ROOT / target).exists(), target


def test_ci__runs_the_readmes_test_command() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.parametrize("name", ["uv.lock", "executor/Cargo.lock", "package-lock.json"])
def test_lock_file__names_no_host_but_the_public_index(name: str) -> None:
    hosts = set(re.findall(r"https?://[^/\"\s]+", (ROOT / name).read_text()))
    assert hosts <= PUBLIC


def test_cargo_lock__crates_come_from_the_index_alone() -> None:
    text = (ROOT / "executor" / "Cargo.lock").read_text()
    sources = set(re.findall(r'^source = "(.*)"$', text, re.MULTILINE))
    assert sources == {"registry+https://github.com/rust-lang/crates.io-index"}


def test_tracked_files__none_is_large() -> None:
    """Nothing built, downloaded or recorded is committed by accident."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    names = [name for name in listed.stdout.split("\0") if name]
    large = [name for name in names if (ROOT / name).stat().st_size > 1 << 20]
    assert large == []
