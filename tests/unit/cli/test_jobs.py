"""`attestor jobs` on a database, with and without a daemon."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from unit.store.test_jobs import ask
from unit.store.test_retention import fail

from attestor.cli import jobs_work
from attestor.cli.jobs import command
from attestor.errors import ConfigurationInvalid, DatabaseInvalid
from attestor.errors.jobs import JobNotRetriable, JobUnknown
from attestor.store.database import Store
from attestor.store.jobs import Jobs
from attestor.store.lock import lock_database
from attestor.store.moving import jobs_path
from attestor.store.opening import JOBS
from attestor.store.orders import Orders


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "attestor.sqlite"


@pytest.fixture
def store(database: Path) -> Store:
    return Store.open(jobs_path(database), JOBS)


@pytest.fixture
def run(database: Path) -> Callable[..., Result]:
    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(command, ["--database", str(database), *arguments])

    return invoke


def test_ls_and_show__jobs__are_told_as_table_and_as_json(
    store: Store, run: Callable[..., Result]
) -> None:
    jobs = Jobs(store)
    failed, waits = fail(jobs, "internal_error", b"xy"), ask(jobs, b"z")
    lines = run("ls").output.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [[waits, "queued"], [failed, "failed"]]
    assert [row["id"] for row in json.loads(run("ls", "--state", "failed", "--json").output)] == [
        failed
    ]
    assert run("ls", "--limit", "1").output.count("\n") == 2
    shown = json.loads(run("show", failed, "--json").output)
    assert (shown["stdin_bytes"], shown["evidence"]) == (2, 1)
    assert "error_code     internal_error" in run("show", failed).output


def test_orders__no_daemon_runs__are_carried_out_at_once(
    store: Store, run: Callable[..., Result]
) -> None:
    jobs = Jobs(store)
    failed, waits = fail(jobs, "internal_error"), ask(jobs, b"z")
    assert run("retry", failed).output == f"{failed} is run again\n"
    assert run("cancel", waits).output == f"{waits} is cancelled\n"
    assert [state.state for job in (failed, waits) if (state := jobs.state(job))] == [
        "queued",
        "failed",
    ]
    assert isinstance(run("retry", "nothing").exception, JobUnknown)
    assert isinstance(run("retry", waits).exception, JobNotRetriable)


def test_orders__daemon_runs__are_left_to_it(
    database: Path, store: Store, run: Callable[..., Result]
) -> None:
    jobs = Jobs(store)
    waits = ask(jobs, b"z")

    def daemon() -> None:
        while not Orders(store).carry_out(jobs):
            time.sleep(0.01)

    with lock_database(database):
        working = threading.Thread(target=daemon)
        working.start()
        result = run("cancel", waits)
        working.join()
    assert result.output == f"{waits} is cancelled\n"


def test_orders__daemon_does_not_listen__are_taken_back(
    database: Path, store: Store, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_work, "ORDER_SECONDS", 0.0)
    waits = ask(Jobs(store), b"z")
    with lock_database(database):
        assert isinstance(run("cancel", waits).exception, ConfigurationInvalid)
    assert Orders(store).carry_out(Jobs(store)) == []


def test_jobs__no_database__says_so(run: Callable[..., Result]) -> None:
    assert isinstance(run("ls").exception, DatabaseInvalid)


def test_config__of_a_daemon__its_jobs_are_listed(
    store: Store, database: Path, tmp_path: Path
) -> None:
    waits = ask(Jobs(store), b"z")
    file = tmp_path / "attestor.toml"
    chain = f'[chain]\nid = 1\nrpc_url = "http://127.0.0.1:1"\nregistry = "0x{"11" * 20}"\n'
    file.write_text(f'{chain}[store]\npath = "{database}"\n')
    listed = CliRunner().invoke(command, ["--config", str(file), "ls", "--json"])
    assert [row["id"] for row in json.loads(listed.output)] == [waits], listed.exception
