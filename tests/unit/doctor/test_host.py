"""Checks of the machine, each on both of its sides."""

import resource
import socket
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from attestor import config
from attestor.config import Config
from attestor.doctor import host
from attestor.doctor.finding import State
from attestor.errors import DatabaseDamaged
from attestor.store.database import Store
from attestor.store.lock import lock_database


@pytest.fixture
def loaded(tmp_path: Path) -> Config:
    flags: dict[str, str | None] = {
        "chain_rpc_url": "http://127.0.0.1:1",
        "chain_id": "1",
        "chain_registry": "0x" + "11" * 20,
        "store_path": str(tmp_path / "attestor.sqlite"),
        "executor_memory_bytes": str(1 << 30),
    }
    return config.load(None, {}, flags, needs_payer=False)


@pytest.mark.parametrize(
    ("there", "state"), [((4 << 30) // 3 + 1, State.OK), ((4 << 30) // 3 - 1, State.WARNING)]
)
def test_memory__workers_times_limit__is_compared_with_the_executors_share(
    loaded: Config, there: int, state: State
) -> None:
    (found,) = host.memory(loaded, there)
    assert found.state is state


def test_database__none_yet__will_be_made_and_is_not(loaded: Config) -> None:
    first, _ = host.database(loaded)
    assert first.state is State.OK
    assert list(host.ports(loaded))
    assert list(loaded.store_path.parent.iterdir()) == []


def test_database__gone_while_a_daemon_has_it_open__has_failed(loaded: Config) -> None:
    with lock_database(loaded.store_path):
        (found,) = host.database(loaded)
    assert found.state is State.FAILED
    assert "removed or moved" in found.found


def test_database__folder_missing__has_failed(loaded: Config, tmp_path: Path) -> None:
    wrong = replace(loaded, store_path=tmp_path / "typo" / "attestor.sqlite")
    (found,) = host.database(wrong)
    assert found.state is State.FAILED
    assert "typo does not exist" in found.found


def test_database__there__is_read_and_its_version_told(loaded: Config) -> None:
    Store.open(loaded.store_path).close()
    assert "version" in next(iter(host.database(loaded))).found


def test_database__damaged__raises(loaded: Config) -> None:
    Store.open(loaded.store_path).close()
    data = bytearray(loaded.store_path.read_bytes())
    data[4096:8192] = b"\xff" * 4096
    loaded.store_path.write_bytes(data)
    with pytest.raises(DatabaseDamaged):
        list(host.database(loaded))


def test_database__newer_version__has_failed(loaded: Config) -> None:
    store = Store.open(loaded.store_path)
    store.tables.execute("PRAGMA user_version = 9999")
    store.close()
    (found,) = host.database(loaded)
    assert found.state is State.FAILED
    assert "9999" in found.found


def test_ports__taken__names_the_options(loaded: Config) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = replace(loaded, api_port=taken.getsockname()[1], health_port=0)
        api, health = host.ports(busy)
    assert api.state is State.FAILED
    assert "api.port" in api.advice
    assert health.state is State.OK


def test_ports__daemon_runs__are_its_own(loaded: Config) -> None:
    with lock_database(loaded.store_path):
        (found,) = host.ports(loaded)
    assert found.state is State.OK
    assert "a daemon runs" in found.found


def test_files__low_hard_limit__is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    def limit(kind: int) -> tuple[int, int]:
        low = kind == resource.RLIMIT_NOFILE
        return (100, 100) if low else (resource.RLIM_INFINITY, resource.RLIM_INFINITY)

    monkeypatch.setattr(resource, "getrlimit", limit)
    assert next(iter(host.files())).state is State.WARNING


@pytest.mark.parametrize(
    ("free", "state"), [(host.FREE_BYTES, State.OK), (host.FREE_BYTES - 1, State.WARNING)]
)
def test_disk__free_bytes__are_judged_on_both_sides(
    loaded: Config, monkeypatch: pytest.MonkeyPatch, free: int, state: State
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=free))
    assert [one.state for one in host.database(loaded) if one.check == "disk"] == [state]
