"""Methods for several clients at once, and for params that are none."""

import asyncio

import pytest
from cases.avs_calls import Caller, run
from cases.avs_parts import HASH, SENT, SilentL1, Source, number, parts

from attestor.avs.methods import Methods
from attestor.core.avs.context import Context
from attestor.errors.avs import CallFailed


def test_get_poe__silent_l1__takes_two_threads_and_keeps_nobody_else() -> None:
    l1 = SilentL1()

    async def body(caller: Caller) -> None:
        caller.become("10.0.0.1")
        waiting = [asyncio.ensure_future(caller("getPoe", HASH)) for _ in range(40)]
        await asyncio.sleep(0.05)
        async with asyncio.timeout(5):
            assert await caller("da_putPob", SENT) is None
        assert l1.asked == 2
        l1.go.set()
        assert {number(found) for found in await asyncio.gather(*waiting)} == {15001}

    run(parts(commits=l1), body)


def test_generate__stranger_asks_again_and_again__another_client_is_next() -> None:
    came: list[int] = []

    class Slow(Source):
        async def context(self, first: int, last: int) -> Context:
            came.append(first)
            await asyncio.sleep(0)
            return await super().context(first, last)

    async def body(caller: Caller) -> None:
        caller.become("10.0.0.1")
        asked = [asyncio.ensure_future(caller("prover_genContext", 7, 8, 1)) for _ in range(20)]
        await asyncio.sleep(0)
        caller.become("10.0.0.2")
        asked.append(asyncio.ensure_future(caller("prover_genContext", 9, 10, 1)))
        await asyncio.gather(*asked)
        assert came.index(9) <= 4

    run(parts(contexts=Slow()), body)


@pytest.mark.parametrize("params", ["p", 5, True])
def test_params__that_are_none__are_refused_by_methods_that_have_some(params: object) -> None:
    async def body() -> None:
        methods = Methods(parts()).by_name()
        assert await methods["prover_metadata"](params)
        with pytest.raises(CallFailed) as raised:
            await methods["da_tryLock"](params)
        assert raised.value.number == -32602

    asyncio.run(body())
