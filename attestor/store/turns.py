"""Whose turn it is: clients with jobs that wait are served one after another."""

import itertools
from collections.abc import Sequence
from typing import Any


class Turns:
    """In memory: after a restart the first come first."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._last: dict[str, int] = {}

    def next(self, waiting: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
        """Of the oldest job of each client (columns client and rowid), that of the client whose
        last turn is longest ago."""
        if not waiting:
            return None
        chosen = min(waiting, key=lambda row: (self._last.get(row["client"], 0), row["rowid"]))
        clients = {row["client"] for row in waiting}
        self._last = {name: turn for name, turn in self._last.items() if name in clients}
        self._last[chosen["client"]] = next(self._numbers)
        return chosen
