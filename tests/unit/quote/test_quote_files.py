"""The real file operations, on a plain directory."""

import errno
from pathlib import Path

import pytest

from attestor.quote.files import LinuxFiles

FILES = LinuxFiles()


def test_directories__made_and_removed__come_and_go(tmp_path: Path) -> None:
    FILES.mkdir(f"{tmp_path}/report")
    assert FILES.listdir(str(tmp_path)) == ["report"]
    FILES.rmdir(f"{tmp_path}/report")
    assert FILES.listdir(str(tmp_path)) == []


def test_write__existing_file__is_written_without_truncation(tmp_path: Path) -> None:
    target = tmp_path / "inblob"
    target.write_bytes(b"abcdef")
    FILES.write(str(target), b"XY")
    assert target.read_bytes() == b"XYcdef"


def test_write__missing_file__is_not_created(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file") as caught:
        FILES.write(f"{tmp_path}/inblob", b"XY")
    assert caught.value.errno == errno.ENOENT
    assert list(tmp_path.iterdir()) == []


def test_write__device_that_is_full__raises(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space") as caught:
        FILES.write("/dev/full", b"XY")
    assert caught.value.errno == errno.ENOSPC


@pytest.mark.parametrize("size", [0, 1, 9, 10])
def test_read__up_to_the_limit__is_whole(tmp_path: Path, size: int) -> None:
    (tmp_path / "outblob").write_bytes(b"q" * size)
    assert FILES.read(f"{tmp_path}/outblob", 10) == b"q" * size


@pytest.mark.parametrize("size", [11, 5000])
def test_read__over_the_limit__raises_efbig(tmp_path: Path, size: int) -> None:
    (tmp_path / "outblob").write_bytes(b"q" * size)
    with pytest.raises(OSError, match="more than 10 bytes") as caught:
        FILES.read(f"{tmp_path}/outblob", 10)
    assert caught.value.errno == errno.EFBIG


def test_read__endless_file__stops_at_the_limit() -> None:
    with pytest.raises(OSError, match="more than 1000 bytes"):
        FILES.read("/dev/zero", 1000)
