"""The contexts that a prover holds for a while, and who of several clients uploads one.

A client asks for a lock by the context's hash. Who gets "Locked" uploads; the others hear "Failed"
until the context is there ("Exist"), or until the lock ends: a lock keeps its first deadline,
however often it is asked for, so that a client that went cannot keep out the others. One that let a
lock end without an upload gets no second one that others would have to wait for. A context that is
there lives on while somebody asks for it.

A context's hash does not say where one code ends and the next begins, so that several contexts may
have one hash. Each client has its own of them: what a stranger uploaded first is "Exist" to others
only once a batch was proven with it, and until then they upload their own.

When the room is full, the client that has most of it gives way, with its oldest contexts. A context
that several clients want goes with the last of them.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count

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
    """A context, and the clients that want it. `is_proven`: a batch was proven with it."""

    context: Context
    size: int
    deadline: float
    clients: frozenset[str]
    is_proven: bool = False


_Name = tuple[bytes, int]
"""A context's hash, and which of those that have it."""


class ContextStore:
    """Times are seconds of a clock that does not go back; clients are the names of their shares."""

    def __init__(
        self, seconds: float = SECONDS, max_bytes: int = MAX_BYTES, max_locks: int = MAX_LOCKS
    ) -> None:
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._max_locks = max_locks
        self._locks: dict[bytes, _Lock] = {}
        self._held: dict[_Name, _Held] = {}
        self._numbers = count()

    def try_lock(self, context_hash: bytes, now: float, client: str = "") -> Lock:
        """Whether the client should upload that context."""
        self._sweep(now)
        name = self._name_for(context_hash, client)
        if name is not None:
            held = self._held[name]
            if client in held.clients or held.is_proven:
                self._hold(name, replace(held, clients=held.clients | {client}), now)
                return Lock.EXISTS
            return Lock.LOCKED
        lock = self._locks.get(context_hash)
        if lock is not None and not lock.is_lapsed:
            return Lock.FAILED
        # Without a lock of its own two clients may upload the same, which does no harm.
        if lock is None and len(self._locks) >= self._max_locks:
            return Lock.LOCKED
        if lock is None or lock.client != client:
            self._locks[context_hash] = _Lock(client, now + self._seconds)
        return Lock.LOCKED

    def put(self, context: Context, now: float, client: str = "") -> Context:
        """Hold a context, whose blocks have been checked against their hashes, and give the one
        that the client has from now on. One that it has already stays as it is, and lives on,
        unless it lacks what binds its first state, which no hash asks for. Raises `ContextRefused`
        for one that is larger than all the room."""
        self._sweep(now)
        size = context.size
        if size > self._max_bytes:
            raise ContextRefused(
                f"the context {to_hex(context.hash)} has {size} bytes, and there is room for "
                f"{self._max_bytes}"
            )
        name = self._own(context.hash, client)
        if name is not None and _binds_more(context, self._held[name].context):
            self._leave(name, client)
            name = None
        if name is None:
            name = self._same(context) or (context.hash, next(self._numbers))
        held = self._held.get(name) or _Held(context, size, now, frozenset())
        self._locks.pop(context.hash, None)
        self._hold(name, replace(held, clients=held.clients | {client}), now)
        while self._size() > self._max_bytes:
            self._give_way(besides=name)
        return held.context

    def get(self, context_hash: bytes, now: float, client: str = "") -> Context | None:
        """The context, if it is there: the client's own before those of others. To look at it does
        not make it live longer."""
        name = self._name_for(context_hash, client, now)
        return None if name is None else self._held[name].context

    def proven(self, context: Context) -> None:
        """Note that a batch was proven with it, so that nobody else has to upload it."""
        if (name := self._same(context)) is not None:
            self._held[name] = replace(self._held[name], is_proven=True)

    def drop(self, context: Context) -> None:
        """Forget a context that turned out not to do, so that another can be uploaded; others with
        its hash stay."""
        if (name := self._same(context)) is not None:
            del self._held[name]

    def __len__(self) -> int:
        return len(self._held) + sum(not lock.is_lapsed for lock in self._locks.values())

    def _with_hash(self, context_hash: bytes) -> Iterator[tuple[_Name, _Held]]:
        return ((name, held) for name, held in self._held.items() if name[0] == context_hash)

    def _own(self, context_hash: bytes, client: str) -> _Name | None:
        found = self._with_hash(context_hash)
        return next((name for name, held in found if client in held.clients), None)

    def _same(self, context: Context) -> _Name | None:
        found = self._with_hash(context.hash)
        return next((name for name, held in found if held.context == context), None)

    def _name_for(self, context_hash: bytes, client: str, now: float = 0.0) -> _Name | None:
        """Of those that live, the client's own before a proven one before any."""
        living = [one for one in self._with_hash(context_hash) if now < one[1].deadline]
        living.sort(key=lambda one: (client not in one[1].clients, not one[1].is_proven))
        return living[0][0] if living else None

    def _leave(self, name: _Name, client: str) -> None:
        """Take a client's name off a context, which goes with its last."""
        held = self._held[name]
        if left := held.clients - {client}:
            self._held[name] = replace(held, clients=left)
        else:
            del self._held[name]

    def _hold(self, name: _Name, held: _Held, now: float) -> None:
        """As the newest."""
        self._held.pop(name, None)
        self._held[name] = replace(held, deadline=now + self._seconds)

    def _size(self) -> int:
        return sum(held.size for held in self._held.values())

    def _give_way(self, besides: _Name) -> None:
        """The client with most takes its name off its oldest context, which goes if no other
        client wants it. The newest context is not asked of anybody."""
        taken: Counter[str] = Counter()
        for held in self._held.values():
            taken.update(dict.fromkeys(held.clients, held.size))
        others = {name: held for name, held in self._held.items() if name != besides}
        wanting = frozenset().union(*(held.clients for held in others.values()))
        client = max(sorted(wanting), key=taken.__getitem__)
        self._leave(next(name for name, held in others.items() if client in held.clients), client)

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
