"""The stdin that is kept: made once for the same sources."""

from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks.block import stdin
from benchmarks.block.unusable import BlockUnusable


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "one.py").write_text("one")
    return folder


@pytest.fixture
def kept(tmp_path: Path, sources: Path) -> Callable[[bytes], Path]:
    return lambda entry: stdin.kept(lambda: entry, tmp_path / "cache", (sources,))


def test_kept__same_sources__are_not_made_again(kept: Callable[[bytes], Path]) -> None:
    assert kept(b"first") == kept(b"second")
    assert kept(b"third").read_bytes() == b"first"


def test_kept__changed_source__is_made_anew(kept: Callable[[bytes], Path], sources: Path) -> None:
    kept(b"first")
    (sources / "one.py").write_text("two")
    assert kept(b"second").read_bytes() == b"second"


def test_kept__further_source__is_made_anew(kept: Callable[[bytes], Path], sources: Path) -> None:
    kept(b"first")
    (sources / "two.sol").write_text("")
    assert kept(b"second").read_bytes() == b"second"


def test_kept__block_cannot_be_made__ends_with_the_reason(tmp_path: Path, sources: Path) -> None:
    def fail() -> bytes:
        raise BlockUnusable("transaction 3 reverted")

    with pytest.raises(SystemExit, match="transaction 3 reverted"):
        stdin.kept(fail, tmp_path / "cache", (sources,))
    assert not (tmp_path / "cache").exists()
