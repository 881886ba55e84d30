"""The contexts that a prover holds for a while, and who of several clients uploads one.

A client asks for a lock by the context's hash. Who gets "Locked" uploads; the others hear "Failed"
until the context is there ("Exist"), or until the lock ends: a lock keeps its first deadline,
however often it is asked for, so that a client that went cannot keep out the others. One that let a
lock end without an upload gets no second one that others would have to wait for. A context that is
there lives on while somebody asks for it.

When the room is full, the client that has most of it gives way, with its oldest contexts. A context
that several clients want goes with the last of them.
"""

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum

from attestor.core.avs.context import Context
from attestor.core.text import to_hex
from attestor.errors.avs import ContextRefused

SECONDS = 120
"""From the lock to its end, and from the last upload or question to the end of a context."""
MAX_LOCKS = 10_000
MAX_BYTES = 512 << 20
"""Of all contexts together."""


class Lock(StrEnum):
    """What a client that asks for a lock hears."""

    LOCKED = "Locked"
    FAILED = "Failed"
    EXISTS = "Exist"


@dataclass(frozen=True)
class _Lock:
    """`is_lapsed`: it ended without an upload, and is remembered for as long again."""

    client: str
    deadline: float
    is_lapsed: bool = False


@dataclass(frozen=True)
class _Held:
    """A context, and the clients that want it."""

    context: Context
    size: int
    deadline: float
    clients: frozenset[str]


class ContextStore:
    """Times are seconds of a clock that does not go back; clients are the names of their shares."""

    def __init__(
        self, seconds: float = SECONDS, max_bytes: int = MAX_BYTES, max_locks: int = MAX_LOCKS
    ) -> None:
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._max_locks = max_locks
        self._locks: dict[bytes, _Lock] = {}
        self._held: dict[bytes, _Held] = {}

    def try_lock(self, context_hash: bytes, now: float, client: str = "") -> Lock:
        """Whether the client should upload that context."""
        self._sweep(now)
        held = self._held.get(context_hash)
        if held is not None:
            self._hold(context_hash, replace(held, clients=held.clients | {client}), now)
            return Lock.EXISTS
        lock = self._locks.get(context_hash)
        if lock is not None and not lock.is_lapsed:
            return Lock.FAILED
        # Without a lock of its own two clients may upload the same, which does no harm.
        if lock is None and len(self._locks) >= self._max_locks:
            return Lock.LOCKED
        if lock is None or lock.client != client:
            self._locks[context_hash] = _Lock(client, now + self._seconds)
        return Lock.LOCKED

    def put(self, context: Context, now: float, client: str = "") -> None:
        """Hold a context, whose blocks have been checked against their hashes. One that is there
        stays as it is, and lives on, unless it lacks what binds its first state, which no hash
        asks for. Raises `ContextRefused` for one that is larger than all the room."""
        self._sweep(now)
        size = context.size
        if size > self._max_bytes:
            raise ContextRefused(
                f"the context {to_hex(context.hash)} has {size} bytes, and there is room for "
                f"{self._max_bytes}"
            )
        held = self._held.get(context.hash)
        if held is None or _binds_more(context, held.context):
            clients = frozenset() if held is None else held.clients
            held = _Held(context, size, now, clients)
        self._locks.pop(context.hash, None)
        self._hold(context.hash, replace(held, clients=held.clients | {client}), now)
        while self._size() > self._max_bytes:
            self._give_way(besides=context.hash)

    def get(self, context_hash: bytes, now: float) -> Context | None:
        """The context, if it is there. To look at it does not make it live longer."""
        held = self._held.get(context_hash)
        return held.context if held is not None and now < held.deadline else None

    def drop(self, context: Context) -> None:
        """Forget a context that turned out not to do, so that another can be uploaded; one that
        was put in its place meanwhile stays."""
        held = self._held.get(context.hash)
        if held is not None and held.context == context:
            del self._held[context.hash]

    def __len__(self) -> int:
        return len(self._held) + sum(not lock.is_lapsed for lock in self._locks.values())

    def _hold(self, context_hash: bytes, held: _Held, now: float) -> None:
        """As the newest."""
        self._held.pop(context_hash, None)
        self._held[context_hash] = replace(held, deadline=now + self._seconds)

    def _size(self) -> int:
        return sum(held.size for held in self._held.values())

    def _give_way(self, besides: bytes) -> None:
        """The client with most takes its name off its oldest context, which goes if no other
        client wants it. The newest context is not asked of anybody."""
        taken: Counter[str] = Counter()
        for held in self._held.values():
            taken.update(dict.fromkeys(held.clients, held.size))
        others = {name: held for name, held in self._held.items() if name != besides}
        wanting = frozenset().union(*(held.clients for held in others.values()))
        client = max(sorted(wanting), key=taken.__getitem__)
        name, held = next((name, held) for name, held in others.items() if client in held.clients)
        if left := held.clients - {client}:
            self._held[name] = replace(held, clients=left)
        else:
            del self._held[name]

    def _sweep(self, now: float) -> None:
        self._held = {name: held for name, held in self._held.items() if now < held.deadline}
        self._locks = {
            name: left
            for name, lock in self._locks.items()
            if (left := _at(lock, now, self._seconds)) is not None
        }


def _at(lock: _Lock, now: float, seconds: float) -> _Lock | None:
    """What is left of a lock."""
    if now < lock.deadline:
        return lock
    if lock.is_lapsed or now >= lock.deadline + seconds:
        return None
    return _Lock(lock.client, lock.deadline + seconds, is_lapsed=True)


def _binds_more(new: Context, old: Context) -> bool:
    return new.blocks[0].parent_header is not None and old.blocks[0].parent_header is None
