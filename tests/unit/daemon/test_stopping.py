"""Work that is done aside never holds up who waits for it."""

import asyncio
import threading

import pytest

from attestor.daemon.stopping import aside


def test_aside__work_that_ends__gives_its_result() -> None:
    assert asyncio.run(aside(lambda: "done", 10.0)) == "done"


@pytest.mark.parametrize("error", [OSError("bad descriptor"), SystemExit(0), GeneratorExit()])
def test_aside__work_that_raises__is_none_at_once(error: BaseException) -> None:
    def fail() -> str:
        raise error

    async def main() -> None:
        async with asyncio.timeout(10):
            assert await aside(fail, 3600.0) is None

    asyncio.run(main())


def test_aside__work_that_hangs__is_left_behind_even_when_the_loop_is_gone() -> None:
    gate, left = threading.Event(), threading.Event()

    def hang() -> str:
        assert gate.wait(10)
        left.set()
        return "too late"

    assert asyncio.run(aside(hang, 0.01)) is None
    gate.set()
    assert left.wait(10)
    for thread in threading.enumerate():
        if thread.name == "stopping":
            assert thread.daemon
