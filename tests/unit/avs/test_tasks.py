"""Several clients ask for one task: one run, one answer, and no error that lasts."""

import asyncio
import gc
from collections.abc import Awaitable, Callable

import pytest

from attestor.avs.tasks import Tasks
from attestor.core.avs.poe import Poe, PoeAnswer
from attestor.core.avs.task_cache import TaskCache, TaskKey
from attestor.errors import RpcUnreachable

KEY = TaskKey(b"b" * 32, b"c" * 32)
ANSWER = PoeAnswer(1, 2, 3, Poe(*(bytes([place]) * 32 for place in range(5))), bytes(65))


class Work:
    """Ends when it is let to, each time as the next of `outcomes`."""

    def __init__(self, *outcomes: PoeAnswer | Exception) -> None:
        self.outcomes = list(outcomes)
        self.runs = 0
        self.go = asyncio.Event()

    async def __call__(self) -> PoeAnswer:
        self.runs += 1
        outcome = self.outcomes[self.runs - 1]
        await self.go.wait()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def run(body: Callable[[Tasks], Awaitable[None]]) -> None:
    async def whole() -> None:
        await body(Tasks(TaskCache()))

    asyncio.run(whole())


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_tasks__asked_at_the_same_time__run_once() -> None:
    async def body(tasks: Tasks) -> None:
        work = Work(ANSWER)
        asked = [asyncio.ensure_future(tasks.answer(KEY, work)) for _ in range(5)]
        await settle()
        work.go.set()
        assert await asyncio.gather(*asked) == [ANSWER] * 5
        assert await tasks.answer(KEY, work) == ANSWER
        assert work.runs == 1

    run(body)


def test_tasks__error__reaches_all_who_wait_and_is_not_kept() -> None:
    async def body(tasks: Tasks) -> None:
        work = Work(RpcUnreachable("now"), ANSWER)
        asked = [asyncio.ensure_future(tasks.answer(KEY, work)) for _ in range(3)]
        await settle()
        work.go.set()
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert all(isinstance(one, RpcUnreachable) for one in found)
        assert await tasks.answer(KEY, work) == ANSWER
        assert work.runs == 2

    run(body)


def test_tasks__first_client_goes__the_others_get_the_answer() -> None:
    async def body(tasks: Tasks) -> None:
        work = Work(ANSWER)
        first, second = (asyncio.ensure_future(tasks.answer(KEY, work)) for _ in range(2))
        await settle()
        first.cancel()
        await settle()
        work.go.set()
        assert await second == ANSWER
        with pytest.raises(asyncio.CancelledError):
            await first

    run(body)


def test_tasks__every_client_goes__the_answer_is_kept() -> None:
    async def body(tasks: Tasks) -> None:
        work = Work(ANSWER)
        only = asyncio.ensure_future(tasks.answer(KEY, work))
        await settle()
        only.cancel()
        work.go.set()
        await settle()
        assert await tasks.answer(KEY, work) == ANSWER
        assert work.runs == 1

    run(body)


def test_tasks__stopped__end_what_runs() -> None:
    async def body(tasks: Tasks) -> None:
        asked = asyncio.ensure_future(tasks.answer(KEY, Work(ANSWER)))
        await settle()
        await tasks.stop()
        with pytest.raises(asyncio.CancelledError):
            await asked

    run(body)


def test_tasks__every_client_goes_and_it_fails__is_told_to_nobody_and_logged_nowhere() -> None:
    async def body(tasks: Tasks) -> None:
        told: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, about: told.append(about))
        work = Work(RpcUnreachable("later"))
        asked = asyncio.ensure_future(tasks.answer(KEY, work))
        await settle()
        asked.cancel()
        await settle()
        work.go.set()
        await settle()
        del asked
        gc.collect()
        assert (work.runs, told) == (1, [])

    run(body)
