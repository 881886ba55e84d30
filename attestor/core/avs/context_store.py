"""The contexts that a prover holds for a while, and who of several clients uploads one.

A client asks for a lock by the context's hash. Who gets "Locked" uploads; the others hear "Failed"
until the context is there ("Exist"), or until the lock ends: a lock keeps its first deadline,
however often it is asked for, so that a client that went cannot keep out the others. A context that
is there lives on while somebody asks for it.
"""

from dataclasses import dataclass
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
class _Held:
    """A lock, or the context that came."""

    deadline: float
    context: Context | None = None
    size: int = 0


class ContextStore:
    """Times are seconds of a clock that does not go back."""

    def __init__(
        self, seconds: float = SECONDS, max_bytes: int = MAX_BYTES, max_locks: int = MAX_LOCKS
    ) -> None:
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._max_locks = max_locks
        self._held: dict[bytes, _Held] = {}

    def try_lock(self, context_hash: bytes, now: float) -> Lock:
        """Whether the client should upload that context."""
        self._sweep(now)
        held = self._held.get(context_hash)
        if held is None:
            # Without room for a lock two clients may upload the same, which does no harm.
            if self._locks() < self._max_locks:
                self._held[context_hash] = _Held(now + self._seconds)
            return Lock.LOCKED
        if held.context is None:
            return Lock.FAILED
        self._held[context_hash] = _Held(now + self._seconds, held.context, held.size)
        return Lock.EXISTS

    def put(self, context: Context, now: float) -> None:
        """Hold a context, whose blocks have been checked against their hashes. One that is there
        stays as it is, and lives on, unless it lacks what binds its first state, which no hash
        asks for. Raises `ContextRefused` when there is no room."""
        self._sweep(now)
        held = self._held.get(context.hash)
        kept, size = context, context.size
        if held is not None and held.context is not None and not _binds_more(context, held.context):
            kept, size = held.context, held.size
        others = sum(one.size for name, one in self._held.items() if name != context.hash)
        if others + size > self._max_bytes:
            raise ContextRefused(
                f"there is no room for the context {to_hex(context.hash)} of {size} bytes beside "
                f"others of {others} bytes",
                hint=f"each of them ends within {self._seconds:.0f} s without a question",
            )
        self._held[context.hash] = _Held(now + self._seconds, kept, size)

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
        return len(self._held)

    def _locks(self) -> int:
        return sum(held.context is None for held in self._held.values())

    def _sweep(self, now: float) -> None:
        self._held = {name: held for name, held in self._held.items() if now < held.deadline}


def _binds_more(new: Context, old: Context) -> bool:
    return new.blocks[0].parent_header is not None and old.blocks[0].parent_header is None
