"""What the log says of jobs, and when."""

import asyncio
from types import SimpleNamespace
from typing import Any

from loguru import logger

from attestor.jobs import telling


def test_proven__somebody_waits_for_the_result__has_it_before_the_log() -> None:
    seen: list[str] = []

    async def waits(result: "asyncio.Future[None]") -> None:
        await result
        seen.append("answered")

    async def body() -> None:
        result: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = asyncio.create_task(waits(result))
        await asyncio.sleep(0)
        proof: Any = SimpleNamespace(cycles=1234)
        telling.proven("ab", proof)
        result.set_result(None)
        await waiting
        await asyncio.sleep(0)
        assert seen == ["answered", "job ab proven in 1234 cycles"]

    sink = logger.add(lambda line: seen.append(line.record["message"]), format="{message}")
    try:
        asyncio.run(body())
    finally:
        logger.remove(sink)
