"""Where the daemon may be killed: enumerated from its classes, so that a new effect is a new point.

Each public method that changes something is a point: before it and after it, and for those that
write to the database also within, when everything is written and nothing is committed.
"""

import inspect
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from attestor.chain.node import Node
from attestor.rotation.effects import RotationEffects
from attestor.signer.client import SignerProcess
from attestor.store.history import History
from attestor.store.transactions import Transactions

BEFORE, WITHIN, AFTER = "before", "within", "after"
CLASSES: tuple[type, ...] = (RotationEffects, SignerProcess, Node, History, Transactions)
WRITERS = (History, Transactions)
READS = {
    "RotationEffects": {"revert_reason"},
    "SignerProcess": {
        "addresses",
        "answers",
        "close",
        "require_alive",
        "started",
        "self_test",
        # What proves, and what is found of it, is no part of a rotation.
        "attach",
        "cancel",
        "cross_checks",
        "disagreement",
        "prove",
        "sign_again",
        "verifying_key",
        "slot",
    },
    "Node": set(dir(Node)) - {"send"},
    "History": {"active", "candidate", "mined_since", "newest_quote", "quote", "request"},
    "Transactions": {
        "attempt",
        "attempts",
        "pending",
        "reverted_gas",
        "settled",
        # Writes when a reorg frees a nonce: test_transaction_properties kills around it.
        "sent_again",
        # Corrections of an endpoint's lie, all looked for anew after a start: test_settling.
        "looked_again",
        "unmined",
    },
}
"""What changes nothing, by class. All else does."""

REACHED_BY = {
    "RotationEffects.new_signer": "rotate",
    "RotationEffects.make_quote": "rotate",
    "RotationEffects.submit": "rotate",
    "RotationEffects.activate": "rotate",
    "RotationEffects.lease": "rotate",
    "RotationEffects.settle": "rotate",
    "RotationEffects.pause": "reorg",
    "RotationEffects.resume": "reorg",
    "RotationEffects.retire": "expire",
    "RotationEffects.abandon": "give_up",
    "SignerProcess.new_key": "rotate",
    "SignerProcess.quote": "rotate",
    "SignerProcess.possession": "rotate",
    "SignerProcess.activate": "rotate",
    "SignerProcess.lease": "rotate",
    "SignerProcess.pause": "reorg",
    "SignerProcess.retire": "rotate",
    "Node.send": "rotate",
    "History.signer_created": "rotate",
    "History.quote_made": "rotate",
    "History.requested": "rotate",
    "History.activated": "rotate",
    "History.paused": "reorg",
    "History.resumed": "reorg",
    "History.reorged": "reorg",
    "History.retired": "expire",
    "History.abandoned": "give_up",
    "History.step_failed": "fail",
    "Transactions.signed": "rotate",
    "Transactions.mined": "rotate",
    "Transactions.replaced": "give_up",
}
"""The scenario (`crash_scenarios`) in which each is done."""

ADMITTING = frozenset({"SignerProcess.possession"})
"""Is done for an admission alone, which comes first."""


@dataclass(frozen=True)
class Point:
    """A moment of a method, by its name: the first time that it is called, or the second, when a
    signer is active already."""

    method: str
    moment: str
    time: int = 1

    @property
    def scenario(self) -> str:
        """In which the point is reached."""
        return REACHED_BY[self.method]

    def __str__(self) -> str:
        return f"{self.moment} {self.method}, time {self.time}"


def methods() -> list[str]:
    """All that change something."""
    return [
        f"{kind.__name__}.{name}"
        for kind in CLASSES
        for name, _ in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_") and name not in READS[kind.__name__]
    ]


def points(times: int = 1) -> list[Point]:
    """All of them; with `times` 2 those of plain rotations at the second call too."""
    writers = {kind.__name__ for kind in WRITERS}
    return [
        Point(method, moment, time)
        for time in range(1, times + 1)
        for method in methods()
        for moment in (BEFORE, WITHIN, AFTER)
        if moment != WITHIN or method.split(".")[0] in writers
        if time == 1 or (REACHED_BY[method] == "rotate" and method not in ADMITTING)
    ]


class Killer:
    """Kills this process, as kill -9 does, when it gets to a point."""

    def __init__(self, point: Point | None) -> None:
        self._point = point
        self._inside: str | None = None
        self._left = point.time if point is not None else 0

    def wrap(self, part: Any) -> Any:
        """The part, with this killer around the methods that change something."""
        return _Wrapped(part, self)

    def at(self, method: str, moment: str) -> None:
        """Here we are."""
        if self._point is None or (self._point.method, self._point.moment) != (method, moment):
            return
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)

    def call(self, method: str, changes: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Call a method that changes something."""
        self.at(method, BEFORE)
        outer, self._inside = self._inside, method
        try:
            answer = changes(*arguments, **named)
        finally:
            self._inside = outer
        self.at(method, AFTER)
        return answer

    def written(self) -> None:
        """An entry was appended to the journal, and is not committed."""
        if self._inside is not None:
            self.at(self._inside, WITHIN)


class _Wrapped:
    """A part of the machine. Its class is named as the daemon's is, or is a double of that one."""

    def __init__(self, part: Any, killer: Killer) -> None:
        self._part = part
        self._killer = killer
        name = type(part).__name__
        self._class = "SignerProcess" if name == "Signer" else name

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        method = f"{self._class}.{name}"
        if self._class == "Journal" and name == "append":
            return self._append
        if method not in REACHED_BY:
            return found
        return lambda *arguments, **named: self._killer.call(method, found, *arguments, **named)

    def _append(self, *arguments: Any, **named: Any) -> Any:
        sequence = self._part.append(*arguments, **named)
        self._killer.written()
        return sequence
