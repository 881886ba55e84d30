"""One deadline for all calls of a decision, however many parts of the daemon make them.

It is of a thread, and not given from hand to hand: registry, transactions, observer and effects
would pass it on in nearly every method, and a call for which one of them forgot it would have no
bound. A part that has a deadline of its own, as a look at heads has, gives it (`Node.within`).
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from attestor.net import Deadline


class Decision(threading.local):
    """Of each thread its own: what others ask meanwhile is not bound."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._bound: Deadline | None = None

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """All calls that this thread makes meanwhile end within so many seconds together. A part of
        a decision has no more time than the whole."""
        outer = self._bound
        self._bound = self.bound(Deadline(seconds, self._clock))
        try:
            yield
        finally:
            self._bound = outer

    def bound(self, deadline: Deadline | None) -> Deadline | None:
        """The deadline of a call that has one of its own, or none."""
        if deadline is None or self._bound is None:
            return deadline or self._bound
        return deadline.earlier(self._bound)
