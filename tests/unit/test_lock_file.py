"""Files that keep other processes away."""

import fcntl
import os
from pathlib import Path

import pytest

from attestor.lock_file import LockFile, LockTaken


def test_lock_file__held__names_its_holder_to_others(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with LockFile(path), pytest.raises(LockTaken) as caught:
        LockFile(path)
    assert caught.value.holder == os.getpid()
    with LockFile(path, named=False), pytest.raises(LockTaken):
        LockFile(path)


def test_require__file_is_at_its_place__is_not_taken_again(tmp_path: Path) -> None:
    with LockFile(tmp_path / "a.lock") as held:
        assert not held.require()


def test_require__closed__is_nothing(tmp_path: Path) -> None:
    held = LockFile(tmp_path / "a.lock")
    held.close()
    held.close()
    (tmp_path / "a.lock").unlink()
    assert not held.require()
    assert not (tmp_path / "a.lock").exists()


def test_lock_file__removed_between_opening_and_locking__is_that_of_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever locked the file that is gone would keep nobody away."""
    path = tmp_path / "a.lock"
    lock, looks = fcntl.flock, iter([True])

    def flock(descriptor: int, how: int) -> None:
        if next(looks, False):
            path.unlink()
        lock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    with LockFile(path), pytest.raises(LockTaken):
        LockFile(path)
    assert not next(looks, False)


def test_require__taken_by_another__leaves_it_free_for_a_third(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with LockFile(path) as held:
        path.unlink()
        LockFile(path).close()
        for _ in range(2):
            with pytest.raises(LockTaken):
                held.require()
        LockFile(path).close()
