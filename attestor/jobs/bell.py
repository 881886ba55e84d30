"""Workers that have nothing to do, of which one is woken by each job that comes."""

import asyncio
from collections import deque
from contextlib import suppress


class Bell:
    """Lives in one event loop. A ring that nobody waits for is heard by who waits next."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._rang = False

    def ring(self) -> None:
        """Wake one of those who wait."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._rang = True

    async def heard(self, seconds: float) -> None:
        """Until it rings for the caller, or that many seconds."""
        if self._rang:
            self._rang = False
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await waiter
        finally:
            with suppress(ValueError):
                self._waiting.remove(waiter)
