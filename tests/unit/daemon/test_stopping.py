"""Work that is done aside never holds up who waits for it."""

import asyncio
import threading

from attestor.daemon.stopping import aside


def test_aside__work_that_ends__gives_its_result() -> None:
    assert asyncio.run(aside(lambda: "done", 10.0)) == "done"


def test_aside__work_that_raises__is_none() -> None:
    def fail() -> None:
        raise OSError("bad descriptor")

    assert asyncio.run(aside(fail, 10.0)) is None


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
