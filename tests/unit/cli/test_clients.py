"""`attestor clients`: the key is shown once and not kept, and what is revoked stays recorded."""

import json
from pathlib import Path

from click.testing import CliRunner

from attestor.access import clients_file
from attestor.cli.clients import command
from attestor.core import api_key
from attestor.errors import AttestorError


def run(*arguments: str, path: Path) -> str:
    result = CliRunner().invoke(command, [*arguments, "--file", str(path)])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_add__new_client__shows_a_key_that_the_file_does_not_have(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    key = api_key.parse(run("add", "alice", "--jobs", "3", path=path).strip())
    assert key is not None
    assert key.secret not in path.read_text()
    (alice,) = clients_file.read(path)
    assert (alice.name, alice.quotas) == ("alice", {"jobs": 3})
    assert key.is_of(alice.keys[0].sha256)


def test_add__client_that_is_there__gets_one_key_more_and_keeps_its_quotas(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    run("add", "alice", "--jobs", "3", path=path)
    run("add", "alice", "--cycles-per-day", "9", path=path)
    (alice,) = clients_file.read(path)
    assert len(alice.keys) == 2
    assert alice.quotas == {"jobs": 3, "cycles_per_day": 9}


def test_revoke__one_key__leaves_the_other(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    first = api_key.parse(run("add", "alice", path=path).strip())
    run("add", "alice", path=path)
    assert first is not None
    run("revoke", "alice", "--key", first.id, path=path)
    (alice,) = clients_file.read(path)
    assert [key.revoked_at is None for key in alice.keys] == [False, True]
    assert alice.revoked_at is None


def test_revoke__client__revokes_all_and_a_new_key_is_good_alone(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    run("add", "alice", path=path)
    run("revoke", "alice", path=path)
    assert clients_file.read(path)[0].revoked_at is not None
    run("add", "alice", path=path)
    (alice,) = clients_file.read(path)
    assert alice.revoked_at is None
    assert [key.revoked_at is None for key in alice.keys] == [False, True]


def test_ls__json__has_each_key_and_no_hash(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    run("add", "alice", path=path)
    run("add", "bob", "--no-key", path=path)
    rows = json.loads(run("ls", "--json", path=path))
    assert [(row["name"], row["key"] is None) for row in rows] == [("alice", False), ("bob", True)]
    assert "sha256" not in json.dumps(rows)


def test_revoke__nobody_or_no_such_key__is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    run("add", "alice", path=path)
    before = path.read_bytes()
    for arguments in (["revoke", "bob"], ["revoke", "alice", "--key", "0" * 16]):
        result = CliRunner().invoke(command, [*arguments, "--file", str(path)])
        assert isinstance(result.exception, AttestorError)
        assert result.exception.code == "client_unknown"
    assert path.read_bytes() == before


def test_add__no_name__is_refused_before_anything_is_written(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    result = CliRunner().invoke(command, ["add", "a b", "--file", str(path)])
    assert isinstance(result.exception, AttestorError)
    assert not path.exists()
