"""What a thread did is its caller's alone, however long the thread takes to end."""

import asyncio
import threading
import weakref
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from attestor.http.beside_loop import beside_loop


class Large:
    """What takes memory."""


class Lingering(ThreadPoolExecutor):
    """A thread still holds its work while the loop goes on already, as on a machine that is short
    of processors."""

    def __init__(self) -> None:
        super().__init__(1)
        self.over = threading.Event()
        self.may_begin = threading.Event()

    def submit(self, work: Any, /, *given: Any, **named: Any) -> Future[Any]:
        def later() -> Any:
            self.may_begin.wait()
            return work(*given, **named)

        future: Future[Any] = super().submit(later)
        asyncio.get_running_loop().call_soon(self._linger, future)
        return future

    def _linger(self, future: Future[Any]) -> None:
        # After the callback by which the loop is woken.
        future.add_done_callback(lambda _: self.over.wait())
        self.may_begin.set()


@pytest.mark.parametrize("fails", [False, True])
def test_beside_loop__thread_lingers__nothing_of_it_is_held(fails: bool) -> None:
    held: list[weakref.ref[Large]] = []

    def work(given: Large) -> Large:
        made = Large()
        held.extend(map(weakref.ref, (given, made)))
        if fails:
            raise ValueError("no")
        return made

    async def ask() -> None:
        if fails:
            with pytest.raises(ValueError, match="no"):
                await beside_loop(work, Large())
        else:
            assert isinstance(await beside_loop(work, Large()), Large)

    async def whole() -> None:
        threads = Lingering()
        asyncio.get_running_loop().set_default_executor(threads)
        try:
            await asyncio.wait_for(ask(), 20)
            assert [one() for one in held] == [None, None]
        finally:
            threads.over.set()

    asyncio.run(whole())
