"""Workers that wait for jobs: one is woken by each, and none sleeps through one."""

import asyncio

from attestor.jobs.bell import Bell


def test_ring__two_wait__wakes_one_of_them() -> None:
    async def body() -> None:
        bell = Bell()
        waiting = [asyncio.create_task(bell.heard(60)) for _ in range(2)]
        await asyncio.sleep(0)
        bell.ring()
        for _ in range(3):
            await asyncio.sleep(0)
        assert [task.done() for task in waiting] == [True, False]
        bell.ring()
        await waiting[1]

    asyncio.run(body())


def test_ring__nobody_waits__is_heard_by_the_next() -> None:
    async def body() -> None:
        bell = Bell()
        bell.ring()
        await bell.heard(60)
        began = asyncio.get_running_loop().time()
        await bell.heard(0.01)
        assert asyncio.get_running_loop().time() - began >= 0.005

    asyncio.run(body())


def test_ring__the_one_that_waited_was_cancelled__is_for_the_next() -> None:
    async def body() -> None:
        bell = Bell()
        gone, there = (asyncio.create_task(bell.heard(60)) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        bell.ring()
        await there

    asyncio.run(body())
