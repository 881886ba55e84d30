"""Tasks that are being proven: who asks for the same at the same time gets the same answer."""

import asyncio
from collections.abc import Awaitable, Callable

from attestor.core.avs.poe import PoeAnswer
from attestor.core.avs.task_cache import TaskCache, TaskKey


class Tasks:
    """Lives in one loop. Answers are kept, errors are not: the next who asks starts anew."""

    def __init__(self, cache: TaskCache) -> None:
        self._cache = cache
        self._running: dict[tuple[TaskKey, int], asyncio.Task[PoeAnswer]] = {}

    async def answer(
        self, key: TaskKey, prove: Callable[[], Awaitable[PoeAnswer]], source: int = 0
    ) -> PoeAnswer:
        """The answer of a task: the one that was kept, that of the run that is under way, or that
        of a new run. A client that goes ends no run. `source` tells apart what has one key, and
        may fail each for itself."""
        kept = self._cache.get(key)
        if kept is not None:
            return kept
        name = (key, source)
        running = self._running.get(name)
        if running is None:
            running = asyncio.ensure_future(self._run(name, prove))
            self._running[name] = running
            # Where every client went, nobody takes the error.
            running.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(running)

    async def stop(self) -> None:
        """End what runs."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _run(
        self, name: tuple[TaskKey, int], prove: Callable[[], Awaitable[PoeAnswer]]
    ) -> PoeAnswer:
        try:
            answer = await prove()
            self._cache.keep(name[0], answer)
            return answer
        finally:
            del self._running[name]
