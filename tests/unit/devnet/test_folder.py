"""A development stack overwrites what it wrote, and nothing else."""

import errno
import fcntl
import os
from pathlib import Path

import pytest

from attestor.devnet.folder import (
    CHANGING,
    DAEMON_LOG,
    DATABASE,
    MARKER,
    WRITTEN_ONCE,
    DevnetFolder,
)
from attestor.errors import DatabaseInvalid, DevnetFolderBusy, DevnetFolderRefused
from attestor.store.lock import lock_database


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def run_once(folder: Path) -> None:
    """What a stack leaves behind."""
    taken = DevnetFolder(folder)
    for name in WRITTEN_ONCE:
        taken.write(name, f"the content of {name}", 0o600)
    for name in CHANGING:
        (folder / name).write_text("changing")
    taken.close()


@pytest.mark.parametrize("name", [*WRITTEN_ONCE, *CHANGING, "notes.txt"])
def test_take__files_of_somebody_else__are_refused_and_stay(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    before = contents(tmp_path)
    with pytest.raises(DevnetFolderRefused, match="attestor devnet did not make"):
        DevnetFolder(tmp_path)
    assert contents(tmp_path) == before


def test_take__new_folder__is_made(tmp_path: Path) -> None:
    DevnetFolder(tmp_path / "some" / "where").close()
    assert (tmp_path / "some" / "where" / MARKER).exists()


def test_take__folder_of_the_last_stack__is_emptied_of_what_that_wrote(tmp_path: Path) -> None:
    run_once(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    DevnetFolder(tmp_path).close()
    assert set(contents(tmp_path)) == {MARKER, "notes.txt", f"{DATABASE}.lock"}


@pytest.mark.parametrize("name", WRITTEN_ONCE)
def test_take__file_changed_since__is_refused_and_nothing_is_removed(
    tmp_path: Path, name: str
) -> None:
    run_once(tmp_path)
    (tmp_path / name).write_text("somebody's own")
    before = contents(tmp_path)
    with pytest.raises(DevnetFolderRefused, match=f"{name} was changed after"):
        DevnetFolder(tmp_path)
    assert contents(tmp_path) == before


def test_take__key_that_no_stack_wrote__is_refused(tmp_path: Path) -> None:
    DevnetFolder(tmp_path).close()
    (tmp_path / "payer.key").write_text("mine")
    with pytest.raises(DevnetFolderRefused, match=r"payer\.key was not written"):
        DevnetFolder(tmp_path)
    assert (tmp_path / "payer.key").read_text() == "mine"


def test_take__link_with_the_name_of_a_key__is_refused(tmp_path: Path) -> None:
    folder, key = tmp_path / "net", tmp_path / "production.key"
    key.write_text("mine")
    DevnetFolder(folder).close()
    (folder / "payer.key").symlink_to(key)
    with pytest.raises(DevnetFolderRefused, match="was not written"):
        DevnetFolder(folder)
    assert key.read_text() == "mine"


def test_take__stack_killed_while_it_wrote__is_cleared(tmp_path: Path) -> None:
    taken = DevnetFolder(tmp_path)
    taken.begin("payer.key").write_text("half a k")
    taken.close()
    DevnetFolder(tmp_path).close()
    assert not (tmp_path / "payer.key").exists()


@pytest.mark.parametrize("text", ["", '{"payer.key": ', "[]", "[" * 200_000, '{"payer.key": "0"}'])
def test_take__damaged_marker__removes_nothing(tmp_path: Path, text: str) -> None:
    run_once(tmp_path)
    (tmp_path / MARKER).write_text(text)
    before = contents(tmp_path)
    with pytest.raises(DevnetFolderRefused):
        DevnetFolder(tmp_path)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", [*WRITTEN_ONCE, *CHANGING])
@pytest.mark.parametrize("kind", ["folder", "dangling link", "pipe"])
def test_take__no_file_under_one_of_its_names__removes_nothing(
    tmp_path: Path, name: str, kind: str
) -> None:
    run_once(tmp_path)
    place = tmp_path / name
    place.unlink()
    if kind == "folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to("nowhere")
    before = contents(tmp_path)
    with pytest.raises(DevnetFolderRefused, match="is not a file"):
        DevnetFolder(tmp_path)
    assert contents(tmp_path) == before


def test_write__disk_full__is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    folder = DevnetFolder(tmp_path)
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(DevnetFolderRefused, match="No space left"):
        folder.write("payer.key", "0x1", 0o600)
    folder.close()


def test_take__while_another_stack_runs__is_refused_and_nothing_is_removed(tmp_path: Path) -> None:
    run_once(tmp_path)
    running = DevnetFolder(tmp_path)
    running.write("payer.key", "in use")
    (tmp_path / DAEMON_LOG).write_text("in use")
    before = contents(tmp_path)
    with pytest.raises(DevnetFolderBusy, match="another development stack"):
        DevnetFolder(tmp_path)
    assert contents(tmp_path) == before
    running.close()


def test_take__while_a_daemon_uses_the_database__is_refused(tmp_path: Path) -> None:
    run_once(tmp_path)
    with (
        lock_database(tmp_path / DATABASE),
        pytest.raises(DatabaseInvalid, match="another attestor"),
    ):
        DevnetFolder(tmp_path)
    assert (tmp_path / DATABASE).exists()
    with (tmp_path / MARKER).open() as marker:
        fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize("is_marker", [False, True])
def test_take__file_or_link_in_the_way__is_refused(tmp_path: Path, is_marker: bool) -> None:
    if is_marker:
        (tmp_path / MARKER).symlink_to(tmp_path / "elsewhere")
        place = tmp_path
    else:
        place = tmp_path / "file"
        place.touch()
    with pytest.raises(DevnetFolderRefused, match="cannot use|did not make"):
        DevnetFolder(place)
    assert not (tmp_path / "elsewhere").exists()


def test_take__marker_that_links_to_a_file_of_somebody_else__is_refused(tmp_path: Path) -> None:
    """It would be written over with the names of the stack's files."""
    others, folder = tmp_path / "others", tmp_path / "net"
    others.write_text("{}")
    folder.mkdir()
    (folder / MARKER).symlink_to(others)
    with pytest.raises(DevnetFolderRefused, match="cannot use"):
        DevnetFolder(folder)
    assert others.read_text() == "{}"


def test_write__key__has_its_mode(tmp_path: Path) -> None:
    folder = DevnetFolder(tmp_path)
    assert folder.write("payer.key", "0x1", 0o600).stat().st_mode & 0o777 == 0o600
    folder.close()
