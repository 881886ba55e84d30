"""What the databases add, and what is told of them where no daemon answers."""

import json
import os
from pathlib import Path

import pytest
from cases.registered import MEASUREMENT, VALID_SECONDS, Recorded
from cases.status_documents import NOW

from attestor.errors.daemon import DaemonNotAnswering
from attestor.status import absent
from attestor.status.document import Jobs, Time
from attestor.status.history import history, jobs, registrations
from attestor.store.database import Store
from attestor.store.opening import JOBS

FAULT = DaemonNotAnswering("no daemon answers at http://127.0.0.1:3001: Connection refused")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "attestor.sqlite"


def test_history__rotation_and_gap__are_registrations_and_cover(path: Path) -> None:
    recorded = Recorded(path, NOW - 3000)
    first = recorded.register()
    recorded.now = NOW - 2000
    second = recorded.register(replaces=first)
    recorded.now = NOW - 1000
    recorded.history.retired(second, "its key went with the signer process")
    recorded.now = NOW - 400
    recorded.register()
    found = history(recorded.store, NOW)
    assert [one.stage for one in found.registrations] == ["active", "retired", "retired"]
    newest, middle, oldest = found.registrations
    assert newest.ended_at is None
    assert middle.ended_at == NOW - 1000
    assert middle.reason == "its key went with the signer process"
    assert oldest.valid_until == Time(int(NOW) - 3000 + VALID_SECONDS)
    assert (oldest.block_number, oldest.kind, oldest.simulated) == (1, "renewal", True)
    assert found.measurement == "0x" + MEASUREMENT.hex()
    spans = [(one.start - NOW, one.signer is None) for one in found.cover]
    assert spans[:4] == [(-3000, False), (-2000, False), (-1000, True), (-400, False)]


def test_history__of_more_than_a_day__leaves_out_what_ended_before(path: Path) -> None:
    recorded = Recorded(path, NOW - 90_000)
    first = recorded.register()
    recorded.now = NOW - 88_000
    recorded.history.retired(first, "done")
    recorded.now = NOW - 100
    recorded.register()
    found = history(recorded.store, NOW)
    assert len(found.registrations) == 2
    assert [one.signer is None for one in found.cover][:2] == [True, False]


def test_history__empty_database__knows_nothing(path: Path) -> None:
    recorded = Recorded(path, NOW)
    assert history(recorded.store, NOW).registrations == ()
    assert history(recorded.store, NOW).cover == ()
    assert registrations(recorded.store, 1) == ()


def test_jobs__by_state_and_code(path: Path) -> None:
    store = Store.open(path, JOBS)
    with store.transaction():
        for number, (state, code) in enumerate(
            [("queued", None), ("done", None), ("failed", "b"), ("failed", "a"), ("failed", "b")]
        ):
            row = {"id": str(number), "kind": "scroll", "state": state, "error_code": code}
            store.insert("jobs", {**row, "created_at": "2026-11-30T00:00:00.000+00:00"})
    assert jobs(store) == Jobs(1, 0, 1, 3, {"b": 2, "a": 1})


def test_absent__no_database__says_what_to_do(path: Path) -> None:
    told = absent.as_text(FAULT, [absent.kept("", path)], NOW)
    assert told.startswith("Not answering.  no daemon answers at http://127.0.0.1:3001")
    assert "start it with attestor run" in told
    assert "there is no such file" in told


def test_absent__database_of_an_ended_daemon__shows_the_newest_signer(path: Path) -> None:
    recorded = Recorded(path, NOW - 3000)
    signer = recorded.register()
    recorded.now = NOW - 1000
    recorded.history.retired(signer, "the service stopped")
    recorded.store.close()
    kept = absent.kept("base", path)
    told = absent.as_text(FAULT, [kept], NOW)
    assert "newest signer 0x0000000000000000000000000000000000000001" in told
    assert "ended 16 min ago, 2026-11-30 13:13:20 UTC: the service stopped" in told
    row = json.loads(json.dumps(absent.as_json(FAULT, [kept])))
    assert row["ready"] is False
    assert row["error"]["code"] == "daemon_not_answering"
    assert row["databases"][0]["newest"]["ended_at"]["iso"] == "2026-11-30T13:13:20Z"


def test_absent__database_that_a_process_has_open__names_it(path: Path) -> None:
    path.with_name(path.name + ".lock").write_text(str(os.getpid()))
    is_ours = b"attestor" in Path("/proc/self/cmdline").read_bytes()
    kept = absent.kept("", path)
    assert (kept.holder == os.getpid()) is is_ours
    assert "has the database open" in absent.advice([absent.Kept("", path, holder=7)])


def test_absent__file_that_is_no_database__is_said_and_left_alone(path: Path) -> None:
    path.write_bytes(b"something else" * 400)
    kept = absent.kept("", path)
    assert kept.fault is not None
    assert path.read_bytes() == b"something else" * 400
