"""`--config` and `--chain` of commands: the database of one chain, or of all."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from attestor import cli
from attestor.cli import chain_options
from attestor.core.cross_check import Disagreement
from attestor.core.report_data import Layout
from attestor.errors import ChainNotNamed, DatabaseInvalid, NothingToResume, RpcUnreachable
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.journal import Journal

NAMES = ("first", "second")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with two chains, in whose histories signing is halted."""
    text = f'[store]\npath = "{tmp_path}/attestor.sqlite"\n'
    for number, name in enumerate(NAMES, 1):
        text += f'[chains.{name}]\nrpc_url = "http://node.example"\nid = {number}\n'
        text += f'registry = "0x{"11" * 20}"\n'
        store = Store.open(tmp_path / f"attestor-{name}.sqlite")
        journal = Journal(store, lambda: 1_800_000_000.0)
        Disagreements(store, journal).note(Disagreement("job-1", f"of {name}", b"elf", ()))
        store.close()
    path = tmp_path / "attestor.toml"
    path.write_text(text)
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.group, arguments)


def resume(file: Path, *more: str) -> Result:
    return run("resume", "--config", str(file), "--reason", "mended", *more)


def test_resume__no_chain_named__closes_the_halt_in_all_histories(file: Path) -> None:
    result = resume(file)
    assert result.exit_code == 0, result.output
    assert "of first" in result.output
    assert "of second" in result.output
    assert isinstance(resume(file).exception, NothingToResume)


def test_resume__chain_named__closes_that_one(file: Path) -> None:
    assert "of first" not in resume(file, "--chain", "second").output
    assert "of first" in resume(file).output


def test_resume__history_of_one_chain_is_not_made_yet__is_no_fault(file: Path) -> None:
    file.with_name("attestor-first.sqlite").unlink()
    assert resume(file).exit_code == 0
    assert isinstance(resume(file, "--chain", "first").exception, DatabaseInvalid)


def test_resume__accept_branch__has_to_name_its_chain(file: Path) -> None:
    caught = resume(file, "--accept-branch").exception
    assert isinstance(caught, ChainNotNamed)
    assert "first, second" in str(caught)
    caught = resume(file, "--accept-branch", "--chain", "first").exception
    assert isinstance(caught, NothingToResume)
    assert "attestor-first.sqlite" in str(caught)


@pytest.mark.parametrize("command", [("audit",), ("audit", "verify"), ("audit", "policy")])
def test_audit__several_chains_and_none_named__lists_them(
    file: Path, command: tuple[str, ...]
) -> None:
    name, *more = command
    caught = run(name, "--config", str(file), *more).exception
    assert isinstance(caught, ChainNotNamed)
    assert "first, second" in str(caught)


def test_audit__chain__reads_its_database(file: Path) -> None:
    for name in NAMES:
        assert run("audit", "--config", str(file), "--chain", name).exit_code == 0
    file.with_name("attestor-first.sqlite").unlink()
    assert run("audit", "--config", str(file), "--chain", "first").exit_code == 1
    assert run("audit", "--config", str(file), "--chain", "second").exit_code == 0


def test_audit__database_on_the_command_line__wins_over_the_file(file: Path) -> None:
    database = str(file.with_name("attestor-second.sqlite"))
    file.with_name("attestor-first.sqlite").unlink()
    result = run("audit", "--config", str(file), "--chain", "first", "--database", database)
    assert result.exit_code == 0, result.output


def asked_registries(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What is asked of a node, which is down."""
    asked: list[tuple[object, ...]] = []

    def open_registry(*arguments: object) -> None:
        asked.append(arguments)
        raise RpcUnreachable("down")

    monkeypatch.setattr(chain_options, "open_registry", open_registry)
    return asked


def test_audit_policy__node_and_file__asks_the_registry_of_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asked_registries(monkeypatch)
    policy = ("audit", "--config", str(file), "--chain", "second", "policy")
    assert run(*policy).exit_code == 0
    assert asked == []
    assert isinstance(run(*policy, "--rpc-url", "http://b.example").exception, RpcUnreachable)
    assert asked == [(("http://b.example",), b"\x11" * 20, True, Layout.ATTESTOR)]


def test_audit_verify__chain__asks_its_own_node_about_its_own_registry(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asked_registries(monkeypatch)
    monkeypatch.setenv("ATTESTOR_CHAIN_REGISTRY_KIND", "upstream")
    verify = ("audit", "--config", str(file), "--chain", "second", "verify")
    assert isinstance(run(*verify).exception, RpcUnreachable)
    assert isinstance(run(*verify, "--rpc-url", "http://b.example").exception, RpcUnreachable)
    url, layout = "http://node.example", Layout.UPSTREAM
    assert asked[0] == ((url,), b"\x11" * 20, True, layout)
    assert asked[1] == (("http://b.example",), b"\x11" * 20, True, layout)


@pytest.mark.parametrize("command", ["audit", "resume"])
def test_chain__without_a_file__is_a_usage_error(command: str) -> None:
    reason = ("--reason", "x") if command == "resume" else ()
    result = run(command, "--chain", "first", *reason)
    assert result.exit_code == 2
    assert "give --config too" in result.output


def test_run__chain_without_dry_run__is_a_usage_error(file: Path) -> None:
    result = run("run", "--config", str(file), "--chain", "first")
    assert result.exit_code == 2
    assert "--chain goes with --dry-run" in result.output


def test_run__dry_run_without_a_chain__lists_them(file: Path) -> None:
    caught = run("run", "--config", str(file), "--dry-run").exception
    assert isinstance(caught, ChainNotNamed)
