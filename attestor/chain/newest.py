"""Which endpoint's newest block to follow when there are several.

In quiet times one endpoint is asked. The others are asked too when its head is not the next block
after the last one, and every now and then: it may have stopped, lag, or lie.
"""

import threading
from collections.abc import Callable

from attestor.chain.endpoint import Endpoint, Query
from attestor.chain.pool import Pool, most_telling
from attestor.core.blocks import Block
from attestor.errors import AttestorError, RpcError, Transient, WrongChain
from attestor.net import Deadline

COMPARED_EVERY = 30.0
"""Seconds between two looks at all endpoints' heads."""
STUCK_AFTER = 90.0
"""Seconds without a new head, while others have new ones, after which an endpoint has no vote."""


BlockAt = Callable[[int], Query[Block]]
"""The question for the block of a number."""


class NewestBlock:
    """Safe to use from several threads."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._lock = threading.Lock()
        self._known: Block | None = None
        self._compared_at = pool.clock() - COMPARED_EVERY
        self._moved: dict[Endpoint, tuple[int, float]] = {}

    def ask(
        self,
        latest: Query[Block],
        at: BlockAt,
        deadline: Deadline | None,
    ) -> Block:
        """The newest block that can be relied on. Raises as `Pool.read` does."""
        if len(self._pool.endpoints) == 1:
            return self._pool.read(latest, deadline)
        first = self._pool.read_of(latest, deadline)
        with self._lock:
            known = self._known
            compared = self._pool.clock() - self._compared_at < COMPARED_EVERY
        if known is not None and compared and _follows(first[1], known):
            chosen = first[1]
        else:
            chosen = self._compare(first, latest, at, deadline)
        with self._lock:
            self._known = chosen
        return chosen

    def _compare(
        self,
        first: tuple[Endpoint, Block],
        latest: Query[Block],
        at: BlockAt,
        deadline: Deadline | None,
    ) -> Block:
        heads = dict([first])
        failed: list[AttestorError] = []
        for endpoint in self._pool.ranked():
            if endpoint not in heads:
                try:
                    heads[endpoint] = endpoint.ask(latest, deadline)
                except (RpcError, Transient, WrongChain) as error:
                    failed.append(error)
        if not heads:
            raise most_telling(failed)
        chosen = self._chosen(heads, at, deadline)
        with self._lock:
            self._compared_at = self._pool.clock()
        for endpoint, head in heads.items():
            endpoint.health.lag = max(0, chosen.number - head.number)
        return chosen

    def _chosen(
        self, heads: dict[Endpoint, Block], at: BlockAt, deadline: Deadline | None
    ) -> Block:
        """The highest head that a majority has; where none has one, the head that most have, and
        of several the one that goes on from the last."""
        voting = self._moving(heads)
        needed = len(voting) // 2 + 1 if len(voting) < self._pool.quorum else self._pool.quorum
        candidates = sorted(
            {head.hash: head for head in heads.values()}.values(), key=lambda head: -head.number
        )
        votes = {}
        for head in candidates:
            votes[head.hash] = _count(head, voting, at, deadline)
            if votes[head.hash] >= needed:
                return head
        known = self._known
        return max(
            candidates,
            key=lambda head: (
                votes[head.hash],
                known is not None and _follows(head, known),
                head.number,
            ),
        )

    def _moving(self, heads: dict[Endpoint, Block]) -> dict[Endpoint, Block]:
        """The heads of endpoints that are not stuck while others go on."""
        now = self._pool.clock()
        for endpoint, head in heads.items():
            if self._moved.get(endpoint, (-1, 0.0))[0] != head.number:
                self._moved[endpoint] = (head.number, now)
        newest = max(self._moved[endpoint][1] for endpoint in heads)
        moving = {
            endpoint: head
            for endpoint, head in heads.items()
            if newest - self._moved[endpoint][1] < STUCK_AFTER
        }
        return moving or heads


def _follows(head: Block, known: Block) -> bool:
    """Whether it is the same block, or the next one after it."""
    return head.hash == known.hash or head.parent_hash == known.hash


def _count(
    head: Block, voting: dict[Endpoint, Block], at: BlockAt, deadline: Deadline | None
) -> int:
    """How many endpoints have this very block."""
    count = 0
    for endpoint, own in voting.items():
        if own.hash == head.hash:
            count += 1
        elif own.number > head.number:
            try:
                count += endpoint.ask(at(head.number), deadline).hash == head.hash
            except (RpcError, Transient, WrongChain):
                continue
    return count
