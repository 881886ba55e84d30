"""The clients as the file has them now: looked at every second at most, when somebody asks."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from loguru import logger

from attestor.access import clients_file
from attestor.access.clients_file import Clients, KnownClient
from attestor.core.api_key import ApiKey
from attestor.core.events import Event
from attestor.errors.access import ClientRefused, ClientsFileInvalid, KeyRefused

LOOK_SECONDS = 1.0
_NOBODYS = "0" * 64


@dataclass(frozen=True)
class _Index:
    by_key: dict[str, tuple[KnownClient, str, bool]]
    """From a key's id to its client, what is kept of it, and whether it is good."""
    by_name: dict[str, KnownClient]


class KnownClients:
    """One file; without a path nobody is known. Lives in one event loop.

    A file that cannot be read any more is told, and the clients stay those that they were: a slip
    of an editor must not lock everybody out. Revoke by `attestor clients`, which writes it whole.
    """

    def __init__(self, path: Path | None, clock: Callable[[], float]) -> None:
        """Raises `ClientsFileInvalid`."""
        self._path = path
        self._clock = clock
        self._index = _Index({}, {})
        self._stamp: tuple[int, ...] | None = None
        self._looked_at = clock()
        self.renewals = 0
        """How often the clients became others."""
        if path is not None:
            self._stamp = _stamp(path)
            self._index = _index(clients_file.read(path))

    def by_key(self, key: ApiKey) -> KnownClient:
        """The client whose key it is. Raises `KeyRefused`, `ClientRefused`."""
        self.look()
        found = self._index.by_key.get(key.id)
        known, sha256, is_good = found or (None, _NOBODYS, False)
        # Compared also for an id that nobody has, so that time does not tell which ids there are.
        if not key.is_of(sha256) or known is None:
            raise KeyRefused("the API key is not known here", hint="ask the operator for one")
        if not is_good:
            raise KeyRefused(f"the API key {key.id} was revoked", hint="ask for a new one")
        return self._served(known)

    def by_name(self, name: str) -> KnownClient | None:
        """The client of that name, if the file has it. Raises `ClientRefused`."""
        self.look()
        known = self._index.by_name.get(name)
        return None if known is None else self._served(known)

    @staticmethod
    def _served(known: KnownClient) -> KnownClient:
        if known.revoked_at is not None:
            raise ClientRefused(f"the client {known.name} was revoked", hint="ask the operator")
        return known

    def look(self) -> None:
        """Read the file again, where it changed."""
        now = self._clock()
        if self._path is None or now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._index = _index(clients_file.read(self._path))
            self.renewals += 1
            logger.bind(event=Event.CLIENTS_RENEWED).info(
                "{} is read again: {} clients", self._path, len(self._index.by_name)
            )
        except ClientsFileInvalid as error:
            logger.bind(event=Event.CLIENTS_REFUSED).error(
                "the clients stay as they were: {} [{}]", error, error.code
            )


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _index(clients: Clients) -> _Index:
    return _Index(
        {
            key.id: (known, key.sha256, key.revoked_at is None)
            for known in clients
            for key in known.keys
        },
        {known.name: known for known in clients},
    )
