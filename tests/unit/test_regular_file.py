"""Files that people name: what is none is refused, and what is written is whole."""

import os
import socket
from pathlib import Path

import pytest

from attestor import regular_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "device").symlink_to("/dev/zero")
    return tmp_path


@pytest.mark.parametrize("name", ["file", "link"])
def test_read__regular_file__is_its_beginning(folder: Path, name: str) -> None:
    assert regular_file.read(folder / name, 100) == b"content"
    assert regular_file.read(folder / name, 3) == b"con"


@pytest.mark.parametrize(
    ("name", "kind"), [("pipe", "a pipe"), ("folder", "a folder"), ("device", "a device")]
)
def test_anything_else__is_refused_and_stays(folder: Path, name: str, kind: str) -> None:
    before = (folder / name).stat().st_mode
    for call in (
        lambda: regular_file.read(folder / name, 1),
        lambda: regular_file.require(folder / name),
        lambda: regular_file.write(folder / name, b"x"),
        lambda: regular_file.write(folder / name, b"x", replaces=False),
    ):
        with pytest.raises(OSError, match=f"it is {kind}, not a regular file"):
            call()
    assert (folder / name).stat().st_mode == before


def test_socket__is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        with pytest.raises(OSError, match="it is a socket"):
            regular_file.read(Path("socket"), 1)


def test_pipe__that_takes_a_files_place_meanwhile__is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regular_file, "require", lambda path: None)
    with pytest.raises(OSError, match="it is a pipe"):
        regular_file.read(folder / "pipe", 1)


def test_zero_byte__in_a_path__is_an_os_error() -> None:
    with pytest.raises(OSError, match="null"):
        regular_file.read(Path("a\0b"), 1)


def test_write__has_the_mode__and_replaces_the_file_behind_a_link(folder: Path) -> None:
    regular_file.write(folder / "new", b"new", mode=0o600)
    assert (folder / "new").stat().st_mode & 0o777 == 0o600
    regular_file.write(folder / "link", b"new")
    assert (folder / "link").is_symlink()
    assert (folder / "file").read_bytes() == b"new"


def test_write__must_not_replace__leaves_what_is_there(folder: Path) -> None:
    (folder / "dangling").symlink_to("nowhere")
    for name in ("file", "link", "dangling"):
        with pytest.raises(FileExistsError):
            regular_file.write(folder / name, b"new", replaces=False)
    assert (folder / "file").read_bytes() == b"content"
    assert not (folder / "nowhere").exists()


def test_write__disk_is_full__leaves_what_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    before = sorted(folder.iterdir())
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        regular_file.write(folder / "file", b"new")
    assert (folder / "file").read_bytes() == b"content"
    assert sorted(folder.iterdir()) == before
