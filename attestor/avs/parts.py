"""What the methods work with, as they need it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from attestor.avs.metrics import Metrics
from attestor.core.avs.context import Context
from attestor.core.avs.poe import PoeAnswer
from attestor.core.scroll.evidence import Evidence
from attestor.errors import AttestorError
from attestor.http.clients import Asking


class Reporter(Protocol):
    """Has quotes made of the key that signs PoEs."""

    async def report(self, given: bytes) -> bytes:
        """A quote whose report data ends in what the caller gave (64 bytes at most)."""


class ContextSource(Protocol):
    """Makes contexts, of an L2 node."""

    async def context(self, first: int, last: int) -> Context:
        """The context of these blocks, both ends included."""


class BatchProver(Protocol):
    """Executes contexts, binds them to batches, and has the result signed."""

    async def prove(self, arguments: bytes, context: Context, evidence: Evidence) -> PoeAnswer:
        """The answer for the batch in a commit's calldata, without its selector."""


@dataclass(frozen=True)
class Committed:
    """A batch: the commit's calldata without its selector, what is known beside it, and its blocks
    (both ends included)."""

    arguments: bytes = field(repr=False)
    evidence: Evidence
    first_block: int
    last_block: int


class Commits(Protocol):
    """Knows which batch a transaction of L1 commits. Blocks the thread that calls it."""

    def index(self, transaction: bytes) -> int:
        """Its index, or that of the first of several."""

    def batch(self, transaction: bytes, index: int | None = None) -> Committed:
        """All that proving it needs; of several batches, the one with that index."""


@dataclass(frozen=True)
class Parts:
    """`contexts` and `commits` are None where no L2 or L1 node is configured. Of `getPoe`, one
    batch of `sampling` is answered, each with 0."""

    version: str
    needs_context: bool
    reporter: Reporter
    prover: BatchProver
    contexts: ContextSource | None = None
    commits: Commits | None = None
    sampling: int = 0
    require_alive: Callable[[], None] = lambda: None
    """Raises an `AttestorError` once the process cannot prove any more, and has to end. May wait
    for the signer process, until `release`."""
    history: Callable[[], AttestorError | None] = lambda: None
    """Says why signed batches cannot be kept at the moment, and tries it again. Raises an
    `AttestorError` once they never can be."""
    release: Callable[[], None] = lambda: None
    """Ends whatever threads still wait for: nodes and the signer process."""
    metrics: Metrics = field(default_factory=Metrics)
    address: str | None = None
    """Of the key that signs, as 0x text; None where nothing is signed."""
    asking: Asking = field(default_factory=Asking)
    """Says for which client a method works."""

    @property
    def client(self) -> str:
        """What the shares of the client are counted under, for which the running task works."""
        client = self.asking()
        return "" if client is None else client.share
