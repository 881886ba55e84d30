"""`attestor db`: copies of the history that are whole."""

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from attestor import cli
from attestor.errors import AuditFailed, ChainNotNamed, DatabaseDamaged, DatabaseInvalid
from attestor.store.database import Store
from attestor.store.journal import Journal
from attestor.store.lock import lock_database


def write(store: Store, count: int) -> None:
    journal = Journal(store, lambda: 1_800_000_000.0)
    for number in range(count):
        with store.transaction():
            journal.append("note", None, number=number)


@pytest.fixture
def running(tmp_path: Path) -> Store:
    """A database that a daemon has open, with entries that are in its log alone."""
    store = Store.open(tmp_path / "attestor.sqlite")
    write(store, 3)
    return store


@pytest.fixture
def stopped(running: Store) -> Path:
    running.close()
    return running.path


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli.group, ["db", *map(str, arguments)])


def backup(source: Path, target: Path) -> Result:
    return call("backup", target, "--database", source)


def restore(source: Path, target: Path, *more: str) -> Result:
    return call("restore", source, "--database", target, *more)


def test_backup__daemon_runs__has_the_newest_entry(running: Store, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    made = backup(running.path, copy)
    assert made.exit_code == 0, made.output
    assert "3 entries, newest 0x" in made.output
    assert copy.stat().st_mode & 0o777 == 0o600
    write(running, 1)
    assert "copy.sqlite is whole: 3 entries" in call("verify", copy).output
    assert sorted(file.name for file in tmp_path.iterdir() if "copy" in file.name) == [copy.name]


def test_backup__file_exists__is_left_as_it_was(running: Store, tmp_path: Path) -> None:
    (tmp_path / "copy.sqlite").write_text("mine")
    result = backup(running.path, tmp_path / "copy.sqlite")
    assert isinstance(result.exception, DatabaseInvalid)
    assert (tmp_path / "copy.sqlite").read_text() == "mine"


@pytest.mark.parametrize("place", ["missing/copy.sqlite", "attestor.sqlite/copy.sqlite"])
def test_backup__folder_that_is_none__is_refused(
    running: Store, tmp_path: Path, place: str
) -> None:
    assert isinstance(backup(running.path, tmp_path / place).exception, DatabaseInvalid)


def test_backup__damaged_history__leaves_nothing(running: Store, tmp_path: Path) -> None:
    with running.transaction():
        running.execute("DROP TRIGGER IF EXISTS journal_no_update")
        running.execute("UPDATE journal SET evidence = '{}' WHERE sequence = 2")
    result = backup(running.path, tmp_path / "copy.sqlite")
    assert isinstance(result.exception, AuditFailed)
    assert not [file for file in tmp_path.iterdir() if "copy" in file.name]


def test_verify__main_file_of_a_running_daemon__is_not_called_whole(
    running: Store, tmp_path: Path
) -> None:
    shutil.copy(running.path, tmp_path / "lone.sqlite")
    for command in (["verify", tmp_path / "lone.sqlite"], ["backup", tmp_path / "copy.sqlite"]):
        more = ["--database", tmp_path / "lone.sqlite"] if command[0] == "backup" else []
        result = call(*command, *more)
        assert isinstance(result.exception, AuditFailed), result.output
        assert "newest entries may be missing" in str(result.exception)


def test_verify__file_with_its_log__is_whole(running: Store, tmp_path: Path) -> None:
    for suffix in ("", "-wal"):
        shutil.copy(f"{running.path}{suffix}", f"{tmp_path / 'both.sqlite'}{suffix}")
    assert "3 entries" in call("verify", tmp_path / "both.sqlite").output


def test_verify__file_of_a_stopped_daemon__is_whole(stopped: Path, tmp_path: Path) -> None:
    shutil.copy(stopped, tmp_path / "lone.sqlite")
    assert "3 entries" in call("verify", tmp_path / "lone.sqlite").output


def test_verify__cut_file__is_damaged(stopped: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.sqlite").write_bytes(stopped.read_bytes()[:20_000])
    result = call("verify", tmp_path / "cut.sqlite")
    assert isinstance(result.exception, DatabaseDamaged | DatabaseInvalid)


def test_verify__other_file__is_refused(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("x" * 5000)
    assert isinstance(call("verify", tmp_path / "other").exception, DatabaseInvalid)


def test_verify__foreign_database__is_not_called_an_old_one(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    result = call("verify", tmp_path / "empty")
    assert isinstance(result.exception, DatabaseInvalid)
    assert "another program's" in str(result.exception)


@pytest.mark.parametrize("name", ["missing", "dangling", "pipe", "n" * 300])
def test_verify__no_file__is_the_operators_mistake(tmp_path: Path, name: str) -> None:
    (tmp_path / "dangling").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    for result in (call("verify", tmp_path / name), restore(tmp_path / name, tmp_path / "new")):
        assert isinstance(result.exception, DatabaseInvalid), result.exception
        assert "no database at" in str(result.exception)
    assert "no database at" in str(backup(tmp_path / name, tmp_path / "new").exception)


@pytest.fixture
def lone_log(running: Store, tmp_path: Path) -> Path:
    """Where a database was moved away after its daemon was killed, its log was not."""
    place = tmp_path / "other" / "attestor.sqlite"
    place.parent.mkdir()
    other = Store.open(place)
    write(other, 40)
    log = place.with_name(f"{place.name}-wal")
    content = log.read_bytes()
    other.close()
    place.unlink()
    log.write_bytes(content)
    running.close()
    return place


def test_restore__log_of_another_database_there__is_not_played_into_it(
    lone_log: Path, stopped: Path, tmp_path: Path
) -> None:
    backup(stopped, tmp_path / "copy.sqlite")
    refused = restore(tmp_path / "copy.sqlite", lone_log)
    assert isinstance(refused.exception, DatabaseInvalid)
    assert "attestor.sqlite-wal exists" in str(refused.exception)
    done = restore(tmp_path / "copy.sqlite", lone_log, "--replace")
    assert done.exit_code == 0, done.output
    assert "3 entries" in call("verify", lone_log).output
    assert lone_log.with_name("attestor.sqlite.replaced-1-wal").stat().st_size


def test_backup__log_of_another_database_there__is_refused(lone_log: Path, stopped: Path) -> None:
    refused = backup(stopped, lone_log)
    assert isinstance(refused.exception, DatabaseInvalid)
    assert not lone_log.exists()


def test_restore__nothing_there__daemon_can_open_it(stopped: Path, tmp_path: Path) -> None:
    backup(stopped, tmp_path / "copy.sqlite")
    target = tmp_path / "new" / "attestor.sqlite"
    result = restore(tmp_path / "copy.sqlite", target)
    assert result.exit_code == 0, result.output
    store = Store.open(target)
    write(store, 1)
    store.close()
    assert "4 entries" in call("verify", target).output


def test_restore__database_there__is_kept_only_when_told(stopped: Path, tmp_path: Path) -> None:
    backup(stopped, tmp_path / "copy.sqlite")
    store = Store.open(stopped)
    write(store, 2)
    store.close()
    refused = restore(tmp_path / "copy.sqlite", stopped)
    assert isinstance(refused.exception, DatabaseInvalid)
    assert "5 entries" in call("verify", stopped).output
    done = restore(tmp_path / "copy.sqlite", stopped, "--replace")
    assert done.exit_code == 0, done.output
    assert "3 entries" in call("verify", stopped).output
    assert "5 entries" in call("verify", tmp_path / "attestor.sqlite.replaced-1").output


def test_restore__in_place_of_what_a_killed_daemon_left__its_newest_entries_are_kept(
    killed: Path, tmp_path: Path
) -> None:
    result = restore(tmp_path / "copy.sqlite", killed, "--replace")
    assert result.exit_code == 0, result.output
    assert "3 entries" in call("verify", killed).output
    kept = killed.with_name("attestor.sqlite.replaced-1")
    assert "5 entries" in call("verify", kept).output


def test_restore__copy_that_is_not_whole__makes_nothing_where_nothing_is(
    running: Store, tmp_path: Path
) -> None:
    shutil.copy(running.path, tmp_path / "lone.sqlite")
    running.close()
    result = restore(tmp_path / "lone.sqlite", tmp_path / "new" / "attestor.sqlite")
    assert isinstance(result.exception, AuditFailed)
    assert not (tmp_path / "new").exists()


@pytest.fixture
def killed(running: Store, tmp_path: Path) -> Path:
    """A copy of three entries, and what a killed daemon left: five, of which two are in its log."""
    backup(running.path, tmp_path / "copy.sqlite")
    write(running, 2)
    killed = tmp_path / "killed" / "attestor.sqlite"
    killed.parent.mkdir()
    for suffix in ("", "-wal"):
        shutil.copy(f"{running.path}{suffix}", f"{killed}{suffix}")
    return killed


def test_restore__at_any_moment__there_is_a_database(
    killed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    for name in ("link", "rename", "unlink"):
        for where in (os, Path):
            original = getattr(where, name, None)

            def looked(*given: Any, _call: Any = original, _name: str = name, **more: Any) -> Any:
                result = _call(*given, **more)
                seen.append((_name, killed.is_file()))
                return result

            if original is not None:
                monkeypatch.setattr(where, name, looked)
    done = restore(tmp_path / "copy.sqlite", killed, "--replace")
    assert done.exit_code == 0, done.output
    assert {name for name, _ in seen} == {"link", "rename", "unlink"}
    assert all(there for _, there in seen)


def test_restore__that_fails_at_its_last_step__leaves_database_and_log(
    killed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    result = restore(tmp_path / "copy.sqlite", killed, "--replace")
    assert isinstance(result.exception, DatabaseInvalid)
    assert "No space left" in str(result.exception)
    monkeypatch.undo()
    assert "5 entries" in call("verify", killed).output
    assert not killed.with_name("attestor.sqlite.restored").exists()


def test_restore__database_is_a_link__it_stays_one(stopped: Path, tmp_path: Path) -> None:
    backup(stopped, tmp_path / "copy.sqlite")
    link = tmp_path / "link.sqlite"
    link.symlink_to(stopped)
    done = restore(tmp_path / "copy.sqlite", link, "--replace")
    assert done.exit_code == 0, done.output
    assert link.is_symlink()
    assert "3 entries" in call("verify", stopped).output


def test_restore__daemon_runs__is_refused(stopped: Path, tmp_path: Path) -> None:
    backup(stopped, tmp_path / "copy.sqlite")
    with lock_database(stopped):
        result = restore(tmp_path / "copy.sqlite", stopped, "--replace")
    assert isinstance(result.exception, DatabaseInvalid)
    assert "another attestor runs" in str(result.exception)


def test_restore__copy_that_is_not_whole__changes_nothing(running: Store, tmp_path: Path) -> None:
    lone = tmp_path / "lone.sqlite"
    shutil.copy(running.path, lone)
    running.close()
    result = restore(lone, running.path, "--replace")
    assert isinstance(result.exception, AuditFailed)
    assert "3 entries" in call("verify", running.path).output


def test_audit_verify__lone_main_file__is_a_fault(running: Store, tmp_path: Path) -> None:
    shutil.copy(running.path, tmp_path / "lone.sqlite")
    arguments = ["audit", "--database", str(tmp_path / "lone.sqlite"), "verify"]
    result = CliRunner().invoke(cli.group, arguments)
    assert isinstance(result.exception, AuditFailed)
    assert "copied while a daemon had it open" in result.output


@pytest.fixture
def configured(tmp_path: Path) -> Path:
    """A daemon's file with two chains, whose histories have one and two entries."""
    for count, name in enumerate(("first", "second"), 1):
        store = Store.open(tmp_path / f"attestor-{name}.sqlite")
        write(store, count)
        store.close()
    chain = '[chains.{}]\nid = 1\nrpc_url = "http://127.0.0.1:1"\nregistry = "0x{}"\n'
    chains = "".join(
        chain.format(name, digit * 40) for name, digit in (("first", "1"), ("second", "2"))
    )
    file = tmp_path / "attestor.toml"
    file.write_text(f'{chains}[store]\npath = "{tmp_path}/attestor.sqlite"\n')
    return file


def test_config__of_several_chains__the_one_that_is_named_is_copied_and_restored(
    configured: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite"
    unnamed = call("backup", copy, "--config", configured)
    assert isinstance(unnamed.exception, ChainNotNamed), unnamed.exception
    made = call("backup", copy, "--config", configured, "--chain", "second")
    assert "2 entries" in made.output, made.exception
    place = ["--config", configured, "--chain", "first", "--replace"]
    assert "2 entries" in call("restore", copy, *place).output
    assert "2 entries" in call("verify", tmp_path / "attestor-first.sqlite").output


def test_config__and_a_database__the_latter_is_meant(configured: Path, tmp_path: Path) -> None:
    named = ["--database", tmp_path / "attestor-first.sqlite", "--chain", "second"]
    made = call("backup", tmp_path / "copy.sqlite", "--config", configured, *named)
    assert "1 entries" in made.output, made.exception
