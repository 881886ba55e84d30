"""Turns: round robin over clients, whatever one of them asks for, and none lost."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from attestor.http.turns import Turns


def run(body: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await asyncio.wait_for(body(), 10)

    asyncio.run(whole())


class Work:
    """Takes turns, and notes the order in which they came."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.came: list[str] = []
        self.go = asyncio.Event()
        self.at_once = self.most = 0

    def start(self, *clients: str) -> list[asyncio.Task[None]]:
        return [asyncio.ensure_future(self._one(client)) for client in clients]

    async def _one(self, client: str) -> None:
        async with self.turns.turn(client):
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            self.came.append(client)
            await self.go.wait()
            self.at_once -= 1


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_turn__many_calls_of_one_client__let_another_through(at_once: int) -> None:
    async def body() -> None:
        work = Work(Turns(at_once))
        started = work.start(*["greedy"] * 20, "modest", "other")
        await asyncio.sleep(0)
        work.go.set()
        await asyncio.gather(*started)
        assert work.came.index("modest") <= at_once + 1
        assert work.came.index("other") <= at_once + 2
        assert (len(work.came), work.most) == (22, at_once)

    run(body)


def test_turn__calls_that_go_while_they_wait__leave_the_turns_to_others() -> None:
    async def body() -> None:
        work = Work(Turns(1))
        started = work.start("a", "b", "b", "c")
        await asyncio.sleep(0)
        work.go.set()
        started[1].cancel()
        # In the moment in which the turn has come, and was not begun.
        await asyncio.sleep(0)
        started[2].cancel()
        await asyncio.gather(*started, return_exceptions=True)
        assert work.came[-1] == "c"
        await asyncio.gather(*work.start("d"))
        assert work.came[-1] == "d"

    run(body)


def test_turn__that_fails__is_given_back() -> None:
    async def body() -> None:
        turns = Turns(1)
        for _ in range(3):
            with pytest.raises(KeyError):
                async with turns.turn("a"):
                    raise KeyError
        async with turns.turn("b"):
            pass

    run(body)
