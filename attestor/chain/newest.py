"""Which endpoint's newest block to follow when there are several.

In quiet times one endpoint is asked. The others are asked too when its head is not the next block
after the last one, and every now and then: it may have stopped, lag, or lie.
"""

import threading
from collections.abc import Callable
from contextlib import suppress

from attestor.chain.endpoint import Endpoint, Query
from attestor.chain.pool import Pool
from attestor.core.blocks import Block
from attestor.errors import RpcError, Transient, WrongChain
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
        others = [endpoint for endpoint in self._pool.ranked() if endpoint not in heads]
        for endpoint, bound in self._pool.turns(others, deadline):
            with suppress(RpcError, Transient, WrongChain):
                heads[endpoint] = endpoint.ask(latest, bound)
        chosen, holders = self._chosen(heads, at, deadline)
        with self._lock:
            self._compared_at = self._pool.clock()
        for endpoint, head in heads.items():
            endpoint.health.lag = max(0, chosen.number - head.number)
            if endpoint not in holders and head.number >= chosen.number:
                endpoint.health.failed()
        return chosen

    def _chosen(
        self, heads: dict[Endpoint, Block], at: BlockAt, deadline: Deadline | None
    ) -> tuple[Block, set[Endpoint]]:
        """The highest head that a majority has, and who has it; where none has one, the head that
        most have, and of several the one that goes on from the last."""
        voting = self._moving(heads)
        needed = min(self._pool.quorum, len(voting) // 2 + 1)
        candidates = sorted(
            {head.hash: head for head in heads.values()}.values(), key=lambda head: -head.number
        )
        holders: dict[bytes, set[Endpoint]] = {}
        for head in candidates:
            holders[head.hash] = _holders(head, voting, at, deadline)
            if len(holders[head.hash]) >= needed:
                return head, holders[head.hash]
        known = self._known

        def rank(head: Block) -> tuple[int, bool, int]:
            follows = known is not None and _follows(head, known)
            return len(holders[head.hash]), follows, head.number

        chosen = max(candidates, key=rank)
        return chosen, holders[chosen.hash]

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


def _holders(
    head: Block, voting: dict[Endpoint, Block], at: BlockAt, deadline: Deadline | None
) -> set[Endpoint]:
    """The endpoints that have this very block."""
    found = set()
    for endpoint, own in voting.items():
        if own.hash == head.hash:
            found.add(endpoint)
        elif own.number > head.number:
            with suppress(RpcError, Transient, WrongChain):
                if endpoint.ask(at(head.number), deadline).hash == head.hash:
                    found.add(endpoint)
    return found
