"""Work beside the loop that leaves nothing in the thread that did it.

A thread of a pool lets go of what it was given, and of what came out, some time after its caller
goes on: whoever gives memory back in between does so too early.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

Given = TypeVarTuple("Given")
Found = TypeVar("Found")


async def beside_loop(work: Callable[[*Given], Found], *given: *Given) -> Found:
    """As `asyncio.to_thread`, but once it returns or raises, its caller alone holds what was given
    and what came out."""
    asked = [given]
    found: list[Found] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work(*asked.pop()))
        except BaseException as error:
            raised.append(error)

    await asyncio.to_thread(run)
    if raised:
        raise raised.pop()
    return found.pop()
