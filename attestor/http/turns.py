"""Turns at what there is little of, taken by client: many calls of one keep out nobody."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """At most `at_once` at a time. Who waits is taken round robin over clients, and in the order of
    asking among the calls of one. Lives in one loop."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """One turn, from when it comes to the end of the block."""
        await self._begin(client)
        try:
            yield
        finally:
            self._end()

    async def _begin(self, client: str) -> None:
        if self._free:
            self._free -= 1
            return
        coming = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(coming)
        try:
            await coming
        except asyncio.CancelledError:
            # The turn may have come in the same moment: it is for somebody else then.
            if coming.done() and not coming.cancelled():
                self._end()
            raise

    def _end(self) -> None:
        while self._waiting:
            client, calls = next(iter(self._waiting.items()))
            coming = calls.popleft()
            self._waiting.move_to_end(client)
            if not calls:
                del self._waiting[client]
            if not coming.done():
                coming.set_result(None)
                return
        self._free += 1
