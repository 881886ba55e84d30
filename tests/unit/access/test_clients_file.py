"""The file of clients: what is read, what is refused with its place, and how it is changed."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from attestor.access import clients_file
from attestor.access.clients_file import KeptKey, KnownClient
from attestor.errors.access import ClientsFileInvalid

KEY = KeptKey("0" * 16, "a" * 64, "2026-01-01T00:00:00Z")
ALICE = KnownClient("alice", "2026-01-01T00:00:00Z", None, (KEY,), {"jobs": 3})
WHOLE: dict[str, Any] = json.loads(clients_file.encode((ALICE,)))


def altered(path: tuple[str | int, ...], value: Any) -> bytes:
    whole = json.loads(json.dumps(WHOLE))
    place = whole
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(whole).encode()


def test_decode__what_was_encoded__is_the_same() -> None:
    assert clients_file.decode(clients_file.encode((ALICE,))) == (ALICE,)


CLIENT = ("clients", 0)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("version",), 2, "version 2"),
        (("version",), True, "version True"),
        (("clients",), {}, "clients is not a list"),
        ((*CLIENT, "name"), "a b", r"clients\[0\]: name is not 1 to 128"),
        ((*CLIENT, "extra"), 1, r"clients\[0\]: it has to have"),
        ((*CLIENT, "revoked_at"), "", "revoked_at is not text"),
        ((*CLIENT, "keys", 0, "sha256"), "A" * 64, r"clients\[0\]: keys\[0\]: id is not 16"),
        ((*CLIENT, "keys"), [vars(KEY), vars(KEY)], "key 0000000000000000 is there twice"),
        ((*CLIENT, "quotas"), {"job": 1}, "'job' is not one of"),
        ((*CLIENT, "quotas"), {"jobs": -1}, "jobs is not a whole number"),
        ((*CLIENT, "quotas"), {"jobs": True}, "jobs is not a whole number"),
        (("clients",), [WHOLE["clients"][0], {**WHOLE["clients"][0], "keys": []}], "name alice is"),
    ],
)
def test_decode__fault__is_named_with_its_place(
    path: tuple[str | int, ...], value: Any, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        clients_file.decode(altered(path, value))


def test_read__missing_or_no_json__says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ClientsFileInvalid, match="No such file") as missing:
        clients_file.read(tmp_path / "none")
    assert "attestor clients add" in str(missing.value.hint)
    (tmp_path / "bad").write_bytes(b"{")
    with pytest.raises(ClientsFileInvalid, match="bad"):
        clients_file.read(tmp_path / "bad")


def test_changing__new_file__is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    with clients_file.changing(path) as clients:
        clients.append(ALICE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert clients_file.read(path) == (ALICE,)


def test_changing__file_of_another_mode__keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    path.write_bytes(clients_file.encode(()))
    path.chmod(0o640)
    with clients_file.changing(path) as clients:
        clients.append(ALICE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_changing__fault_on_the_way__leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    path.write_bytes(before := clients_file.encode((ALICE,)))
    with pytest.raises(KeyError), clients_file.changing(path) as clients:
        clients.clear()
        raise KeyError
    assert path.read_bytes() == before


def test_changing__file_that_is_damaged__is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    path.write_bytes(b"damaged")
    with pytest.raises(ClientsFileInvalid), clients_file.changing(path) as clients:
        clients.append(ALICE)
    assert path.read_bytes() == b"damaged"
