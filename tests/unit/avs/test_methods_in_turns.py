"""Methods for several clients at once, and for params that are none."""

import asyncio
import time

import pytest
from cases.avs_calls import Caller, run
from cases.avs_parts import HASH, SENT, Reporter, SilentL1, Source, number, parts

from attestor.avs.methods import Methods
from attestor.core.avs import context_json
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


class Counting:
    """How many are at work, at most."""

    def __init__(self) -> None:
        self.most = self._now = 0

    def begin(self) -> None:
        self._now += 1
        self.most = max(self.most, self._now)

    def end(self) -> None:
        self._now -= 1


def test_report__many_at_once__are_made_one_after_the_other() -> None:
    at_work = Counting()

    class Slow(Reporter):
        async def report(self, given: bytes) -> bytes:
            at_work.begin()
            await asyncio.sleep(0)
            at_work.end()
            return await super().report(given)

    async def body(caller: Caller) -> None:
        asked = [caller("generateAttestationReport", "0x") for _ in range(10)]
        assert await asyncio.gather(*asked) == ["0x" + b"quote".hex()] * 10

    run(parts(reporter=Slow()), body)
    assert at_work.most == 1


def test_upload__many_at_once__are_unpacked_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_work, decode = Counting(), context_json.decode

    def slow(value: object) -> Context:
        at_work.begin()
        time.sleep(0.01)
        at_work.end()
        return decode(value)

    async def body(caller: Caller) -> None:
        assert await asyncio.gather(*(caller("da_putPob", SENT) for _ in range(6))) == [None] * 6

    monkeypatch.setattr(context_json, "decode", slow)
    run(parts(), body)
    assert at_work.most == 1


@pytest.mark.parametrize("params", ["p", 5, True])
def test_params__that_are_none__are_refused_by_methods_that_have_some(params: object) -> None:
    async def body() -> None:
        methods = Methods(parts()).by_name()
        assert await methods["prover_metadata"](params)
        with pytest.raises(CallFailed) as raised:
            await methods["da_tryLock"](params)
        assert raised.value.number == -32602

    asyncio.run(body())
