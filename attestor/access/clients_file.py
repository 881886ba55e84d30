"""The file of clients: their names, what is kept of their keys, and quotas of their own.

    {"version": 1, "clients": [{"name": "alice", "created_at": "…", "revoked_at": null,
      "keys": [{"id": "…", "sha256": "…", "created_at": "…", "revoked_at": null}],
      "quotas": {"requests_per_minute": 600}}]}

A file and no table: the process that serves strangers only reads it, and it is there before the
daemon is, for whoever makes the machine's image. It holds no key.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from attestor import regular_file
from attestor.core import strict_json
from attestor.core.client import NAME_RULE, is_name
from attestor.core.quotas import read_own
from attestor.errors.access import ClientsFileInvalid

VERSION = 1
MAX_FILE_BYTES = 16 << 20
_ID, _SHA256 = re.compile("[0-9a-f]{16}"), re.compile("[0-9a-f]{64}")
_MENDING = "attestor clients ls names the fault; restore the file, or make another one"


@dataclass(frozen=True)
class KeptKey:
    """What is kept of an API key; times are text, `revoked_at` is None while it is good."""

    id: str
    sha256: str
    created_at: str
    revoked_at: str | None = None


@dataclass(frozen=True)
class KnownClient:
    """One client. One that was revoked is not served, whatever it is known by."""

    name: str
    created_at: str
    revoked_at: str | None = None
    keys: tuple[KeptKey, ...] = ()
    quotas: dict[str, int] = field(default_factory=dict)


Clients = tuple[KnownClient, ...]


def decode(text: bytes) -> Clients:
    """The clients in a file's bytes. Raises `ValueError` that says what is wrong where."""
    whole = strict_json.loads(text)
    if not isinstance(whole, dict) or set(whole) != {"version", "clients"}:
        raise ValueError('it is not an object of "version" and "clients"')
    if whole["version"] != VERSION or type(whole["version"]) is not int:
        raise ValueError(f"version {whole['version']!r:.20} is not {VERSION}")
    if not isinstance(whole["clients"], list):
        raise ValueError("clients is not a list")
    found = tuple(
        _at(f"clients[{place}]", _client, entry) for place, entry in enumerate(whole["clients"])
    )
    _require_once("name", [client.name for client in found])
    _require_once("key", [key.id for client in found for key in client.keys])
    return found


def encode(clients: Clients) -> bytes:
    """A file's bytes."""
    whole = {"version": VERSION, "clients": [asdict(client) for client in clients]}
    return json.dumps(whole, indent=1).encode() + b"\n"


def read(path: Path) -> Clients:
    """The clients in a file. Raises `ClientsFileInvalid`."""
    try:
        data = regular_file.read(path, MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ClientsFileInvalid(
            f"the clients file {path} cannot be read: {error.strerror}",
            hint=f"make it: attestor clients add NAME --file {path}",
        ) from None
    if len(data) > MAX_FILE_BYTES:
        raise ClientsFileInvalid(f"the clients file {path} has more than {MAX_FILE_BYTES} bytes")
    try:
        return decode(data)
    except ValueError as error:
        raise ClientsFileInvalid(f"the clients file {path}: {error}", hint=_MENDING) from None


@contextmanager
def changing(path: Path) -> Iterator[list[KnownClient]]:
    """The clients, to be changed in place: what they are at the end of the block is written, whole
    or not at all. One at a time does this. A file that is missing is made, mode 600. Raises
    `ClientsFileInvalid`."""
    place = path.resolve()
    try:
        lock = place.with_name(place.name + ".lock").open("a")
    except OSError as error:
        told = f"cannot write beside {path}: {error.strerror}"
        raise ClientsFileInvalid(told, hint="make its folder, or become its owner") from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        clients = list(read(path)) if path.exists() else []
        yield clients
        _replace(place, encode(tuple(clients)))


def _replace(place: Path, data: bytes) -> None:
    """With owner and mode of the file that was there."""
    fresh = place.with_name(f"{place.name}.new")
    try:
        before = place.stat() if place.exists() else None
        fresh.unlink(missing_ok=True)
        number = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "wb") as file:
            if before is not None:
                if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
                    os.fchown(number, before.st_uid, before.st_gid)
                os.fchmod(number, before.st_mode & 0o777)
            file.write(data)
            file.flush()
            os.fsync(number)
        fresh.replace(place)
    except OSError as error:
        raise ClientsFileInvalid(
            f"the clients file {place} cannot be written: {error.strerror}; it is as it was",
            hint="become its owner, or make room on the disk",
        ) from None
    finally:
        with suppress(OSError):
            fresh.unlink()


def _client(entry: Any) -> KnownClient:
    fields = _fields(entry, {"name", "created_at", "revoked_at", "keys", "quotas"})
    name = _text(fields, "name")
    if not is_name(name):
        raise ValueError(f"name is not {NAME_RULE}")
    if not isinstance(fields["keys"], list):
        raise ValueError("keys is not a list")
    keys = tuple(_at(f"keys[{place}]", _key, one) for place, one in enumerate(fields["keys"]))
    return KnownClient(
        name, _text(fields, "created_at"), _revoked(fields), keys, read_own(fields["quotas"])
    )


def _key(entry: Any) -> KeptKey:
    fields = _fields(entry, {"id", "sha256", "created_at", "revoked_at"})
    if not _ID.fullmatch(_text(fields, "id")) or not _SHA256.fullmatch(_text(fields, "sha256")):
        raise ValueError("id is not 16, or sha256 not 64 hexadecimal digits")
    return KeptKey(fields["id"], fields["sha256"], _text(fields, "created_at"), _revoked(fields))


def _at(where: str, read_one: Any, entry: Any) -> Any:
    try:
        return read_one(entry)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _fields(entry: Any, wanted: set[str]) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise ValueError("it is not an object")
    if set(entry) != wanted:
        raise ValueError(f"it has to have {', '.join(sorted(wanted))}, and nothing else")
    return entry


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields[name]
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is not text")
    return value


def _revoked(fields: dict[str, Any]) -> str | None:
    return None if fields["revoked_at"] is None else _text(fields, "revoked_at")


def _require_once(what: str, values: list[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{what} {value} is there twice")
        seen.add(value)
