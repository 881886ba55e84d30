"""The signers of one process, apart by the registry that they are for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from attestor.core.report_data import Binding
from attestor.errors import RequestInvalid
from attestor.quote.provider import QuoteProvider
from attestor.signer.keys import Keys


@dataclass(frozen=True)
class Slot:
    """The keys for one registry, of which at most one is active. `binding` is where its quotes are
    to be registered: a key is quoted for the registry of its own slot and for no other."""

    keys: Keys
    provider: QuoteProvider
    binding: Binding


class Slots:
    """By name, the first one for requests that name none."""

    def __init__(self, slots: Mapping[str, Slot]) -> None:
        self._slots = dict(slots)
        self._first = next(iter(self._slots))

    def name_of(self, header: Mapping[str, Any]) -> str:
        """The slot that a request is about. Raises `RequestInvalid`."""
        name = header.get("slot", self._first)
        if name not in self._slots:
            raise RequestInvalid(f"the signer has no slot {name!r:.40}")
        return str(name)

    def of(self, header: Mapping[str, Any]) -> Slot:
        """As `name_of`, the slot itself."""
        return self._slots[self.name_of(header)]

    def halt(self, reason: str) -> None:
        """Destroy the keys of all slots, for good: they share the executor."""
        for slot in self._slots.values():
            slot.keys.halt(reason)
