"""Who is known: by key, by name, and what changes while the service runs."""

import hashlib
import hmac
from pathlib import Path
from typing import Any

import pytest

from attestor.access import clients_file
from attestor.access.clients_file import KeptKey, KnownClient
from attestor.access.known_clients import LOOK_SECONDS, KnownClients
from attestor.core import api_key
from attestor.errors.access import ClientRefused, ClientsFileInvalid, KeyRefused

KEY = api_key.make(bytes(range(40)))
OTHER = api_key.make(bytes(range(1, 41)))
GOOD = KnownClient("alice", "then", None, (KeptKey(KEY.id, KEY.sha256(), "then"),))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "clients.json"
    made.write_bytes(clients_file.encode((GOOD,)))
    return made


def test_by_key__good__is_its_client(path: Path) -> None:
    assert KnownClients(path, Clock()).by_key(KEY) == GOOD


@pytest.mark.parametrize("key", [OTHER, api_key.ApiKey(KEY.id, OTHER.secret)])
def test_by_key__unknown_id_or_wrong_secret__are_told_the_same(
    path: Path, key: api_key.ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[Any] = []
    whole = hmac.compare_digest

    def compare(one: str, other: str) -> bool:
        compared.append(one)
        return whole(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    with pytest.raises(KeyRefused, match="^the API key is not known here"):
        KnownClients(path, Clock()).by_key(key)
    assert compared == [key.sha256()], "a hash is compared whether or not the id is known"


def test_by_key__revoked_while_it_runs__stops_within_seconds(path: Path) -> None:
    clock = Clock()
    known = KnownClients(path, clock)
    with clients_file.changing(path) as clients:
        clients[0] = KnownClient(
            "alice", "then", None, (KeptKey(KEY.id, KEY.sha256(), "then", "now"),)
        )
    assert known.by_key(KEY) == GOOD, "the file is not looked at for each request"
    clock.now += LOOK_SECONDS
    with pytest.raises(KeyRefused, match="was revoked"):
        known.by_key(KEY)


def test_by_key__of_a_client_that_was_revoked__is_refused(path: Path) -> None:
    path.write_bytes(clients_file.encode((KnownClient("alice", "then", "now", GOOD.keys),)))
    with pytest.raises(ClientRefused):
        KnownClients(path, Clock()).by_key(KEY)


def test_by_name__not_in_the_file__is_nobody(path: Path) -> None:
    assert KnownClients(path, Clock()).by_name("bob") is None


def test_by_name__revoked__is_refused_though_it_comes_by_a_certificate(path: Path) -> None:
    path.write_bytes(clients_file.encode((KnownClient("bob", "then", "now"),)))
    with pytest.raises(ClientRefused, match="bob was revoked"):
        KnownClients(path, Clock()).by_name("bob")


@pytest.mark.parametrize("damage", [b"{", None])
def test_file__damaged_or_gone_while_it_runs__leaves_the_clients_as_they_were(
    path: Path, damage: bytes | None
) -> None:
    clock = Clock()
    known = KnownClients(path, clock)
    path.unlink() if damage is None else path.write_bytes(damage)
    clock.now += 2 * LOOK_SECONDS
    assert known.by_key(KEY) == GOOD
    path.write_bytes(clients_file.encode(()))
    clock.now += 2 * LOOK_SECONDS
    with pytest.raises(KeyRefused):
        known.by_key(KEY)


def test_file__missing_at_the_start__is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ClientsFileInvalid):
        KnownClients(tmp_path / "none", Clock())


def test_no_file__nobody__is_known() -> None:
    with pytest.raises(KeyRefused):
        KnownClients(None, Clock()).by_key(KEY)


def test_kept_of_a_key__its_hash__is_what_the_docs_say() -> None:
    text = str(KEY)
    assert text.startswith("atk_0001020304050607_08090a")
    told = b"attestor api key v1\n" + (KEY.id + KEY.secret).encode()
    assert KEY.sha256() == hashlib.sha256(told).hexdigest()
    assert KEY.secret not in repr(KEY)
