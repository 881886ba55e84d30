"""Which programs of the executor run: those that were recorded."""

import fcntl
import hashlib
import json
import os
from pathlib import Path

import pytest
import record_programs

from attestor.core.execution import ExecutorBuild
from attestor.errors import ExecutorMissing, ExecutorUnrecorded
from attestor.executor import programs

NAMES = ("one", "other")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for name in NAMES:
        (tmp_path / name).write_bytes(f"program {name}".encode())
    return tmp_path


@pytest.fixture
def record(directory: Path) -> Path:
    path = directory / "programs.json"
    record_programs.main([directory / name for name in NAMES], path)
    return path


def test_load__what_was_recorded__is_recorded(directory: Path, record: Path) -> None:
    loaded = programs.load(directory, NAMES, programs.recorded(record))
    assert loaded.build is ExecutorBuild.RECORDED
    loaded.require_recorded()


def test_load__one_other_byte__is_named_and_refused(directory: Path, record: Path) -> None:
    (directory / "other").write_bytes(b"program Other")
    loaded = programs.load(directory, NAMES, programs.recorded(record))
    assert loaded.build is ExecutorBuild.UNRECORDED
    with pytest.raises(ExecutorUnrecorded, match=f": other in {directory}.*make executor"):
        loaded.require_recorded()


def test_load__nothing_was_recorded__all_are_refused(directory: Path) -> None:
    loaded = programs.load(directory, NAMES, programs.recorded(directory / "missing.json"))
    with pytest.raises(ExecutorUnrecorded, match="one, other"):
        loaded.require_recorded()


def test_load__file_changes_afterwards__what_was_hashed_stays(directory: Path) -> None:
    loaded = programs.load(directory, NAMES, {})
    (directory / "one").write_bytes(b"another")
    assert os.pread(loaded.descriptors["one"], 100, 0) == b"program one"


def test_load__descriptor__can_be_changed_by_nobody(directory: Path) -> None:
    descriptor = programs.load(directory, NAMES, {}).descriptors["one"]
    with pytest.raises(PermissionError):
        os.pwrite(descriptor, b"x", 0)
    with pytest.raises(PermissionError):
        os.ftruncate(descriptor, 1)
    with pytest.raises(PermissionError):
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SEAL)


def test_load__optional_program__is_loaded_where_it_is(directory: Path, record: Path) -> None:
    found = programs.load(directory, ("one",), programs.recorded(record), ("other", "third"))
    assert list(found.descriptors) == ["one", "other"]
    (directory / "other").write_bytes(b"another")
    found = programs.load(directory, ("one",), programs.recorded(record), ("other", "third"))
    assert found.differing == ("other",)


def test_load__missing_program__says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(ExecutorMissing, match=r"one cannot be read: No such file.*make executor"):
        programs.load(tmp_path, NAMES, {})


def test_load__endless_file__is_refused(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "MAX_PROGRAM_BYTES", 5)
    with pytest.raises(ExecutorMissing, match="more than 5 bytes"):
        programs.load(directory, NAMES, {})


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"one": 5}', '{"one": "ab"}', '{"one": "%s"}' % ("A" * 64)]
)
def test_recorded__damaged_record__is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "programs.json"
    path.write_text(text)
    with pytest.raises(ExecutorMissing, match=r"programs\.json.*make executor"):
        programs.recorded(path)


def test_record__of_programs__is_their_sha256(directory: Path, record: Path) -> None:
    assert json.loads(record.read_text()) == {
        name: hashlib.sha256(f"program {name}".encode()).hexdigest() for name in NAMES
    }
