"""Somebody removes the lock of a database that a daemon has, for the rest of a crash."""

import time
from pathlib import Path

import pytest
from cases.stolen_lock import steal_lock
from integration.daemon.conftest import StartDevnet
from integration.daemon.test_daemon_faults import REQUEST, asking, call, daemon, fault
from integration.daemon.test_daemon_life import wait_until

from attestor.errors import DatabaseInvalid
from attestor.http import wire
from attestor.programs import elf, fibonacci
from attestor.store.lock import lock_database
from attestor.store.moving import jobs_path


def lock_of(database: Path) -> Path:
    return database.with_name(database.name + ".lock")


def test_lock__of_history_or_jobs_is_removed__is_there_again_and_keeps_others_out(
    start: StartDevnet,
) -> None:
    devnet = start()
    devnet.wait_for_signer()
    assert call(devnet, "POST", "/request_proof", REQUEST)[0] == 200
    databases = (devnet.database, jobs_path(devnet.database))
    for database in databases:
        lock_of(database).unlink()
    for database in databases:
        wait_until(lock_of(database).exists, "the lock is made again")
        with pytest.raises(DatabaseInvalid, match="another attestor runs with"):
            lock_database(database)
    assert devnet.log_file.read_text().count("it is made again") == 2
    assert fault(devnet) == (None, None)
    assert call(devnet, "POST", "/request_proof", REQUEST)[0] == 200


def test_lock__is_removed_and_taken__the_daemon_hands_out_nothing_more(start: StartDevnet) -> None:
    """Two daemons on one history would send each other's registrations."""
    devnet = start()
    devnet.wait_for_signer()
    assert call(devnet, "POST", "/request_proof", REQUEST)[0] == 200
    with steal_lock(devnet.database):
        wait_until(lambda: fault(devnet)[0] == "database_gone", "/health says so")
        answers = asking(devnet, wire.encode_request(elf(fibonacci.NAME), fibonacci.stdin(11)))
        time.sleep(4.0)
        assert answers == []
    assert "another attestor has taken the database, as process" in devnet.log_file.read_text()
    assert fault(devnet)[0] == "database_gone"
    assert daemon(devnet).poll() is None
    assert devnet.stop_daemon() == 0
    lock_database(devnet.database).close()
