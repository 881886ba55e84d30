"""What the service asks of a workload.

A workload executes and composes what its signature covers; it holds no key. The service signs, and
only what a workload returned from a run of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from attestor.core.frame import Frame
from attestor.signer.answering import Verb
from attestor.signer.keys import Signatures


class Signable(Protocol):
    """The outcome of a run that may be signed."""

    def digests(self, valid_until: int) -> Sequence[bytes]:
        """What is signed (32 bytes each), by a signer registered until then (Unix seconds)."""
        ...

    def answer(self, signed: Signatures) -> Frame:
        """What the caller gets. Called once, after signing; the signatures are in the order of
        the digests."""
        ...


Run = Callable[[dict[str, Any], tuple[bytes, ...]], Signable]
"""Executes what a request asks for. Raises an `AttestorError` if the outcome must not be signed."""


class Workload(Protocol):
    """One kind of work. Its verbs join those of the service, whose names it must not take."""

    @property
    def kind(self) -> str:
        """Its name in settings and records."""
        ...

    @property
    def verbs(self) -> Mapping[str, Verb]:
        """The verbs that sign nothing, for the daemon alone."""
        ...

    @property
    def offered(self) -> Mapping[str, Verb]:
        """The verbs that sign nothing, also for whoever serves clients."""
        ...

    @property
    def runs(self) -> Mapping[str, Run]:
        """The verbs whose outcome is signed by the active signer."""
        ...

    def start(self) -> None:
        """Start what it does in threads of its own."""
        ...

    def stop_runs(self) -> None:
        """End the runs whose results nobody can take any more."""
        ...
