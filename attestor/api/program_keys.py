"""Programs that clients send to stay: each has its key computed once, and is kept with it."""

import asyncio
from collections.abc import Callable

from attestor.core.verifying_key import VerifyingKey
from attestor.errors import ProgramUnknown, QueueFull
from attestor.store.programs import Programs, StoredProgram

MAX_WAITING = 16
"""Programs in memory whose keys are not there yet."""


class ProgramKeys:
    """Lives in one event loop. One key is computed at a time: jobs have the processors, too."""

    def __init__(self, programs: Programs, verifying_key: Callable[[bytes], VerifyingKey]) -> None:
        """`verifying_key` takes seconds, and raises where a program is none."""
        self._programs = programs
        self._verifying_key = verifying_key
        self._coming: dict[str, asyncio.Task[StoredProgram]] = {}
        self._one = asyncio.Lock()

    async def keep(self, sha256: str, program: bytes) -> StoredProgram:
        """Have a program stay, with its key, also when whoever sent it does not wait. Raises what
        is wrong with it, and `QueueFull`."""
        task = self._coming.get(sha256)
        if task is None:
            if len(self._coming) >= MAX_WAITING:
                raise QueueFull("too many programs wait for their keys", hint="try again later")
            task = asyncio.create_task(self._keep(sha256, program))
            self._coming[sha256] = task
            task.add_done_callback(lambda done: self._over(sha256, done))
        return await asyncio.shield(task)

    async def _keep(self, sha256: str, program: bytes) -> StoredProgram:
        key = await self._known(sha256)
        if key is None:
            async with self._one:
                key = (await asyncio.to_thread(self._verifying_key, program)).program_vkey
        await asyncio.to_thread(self._programs.upload, sha256, program, key)
        return StoredProgram(sha256, len(program), key)

    async def _known(self, sha256: str) -> bytes | None:
        try:
            return (await asyncio.to_thread(self._programs.find, sha256=sha256)).program_vkey
        except ProgramUnknown:
            return None

    def _over(self, sha256: str, done: "asyncio.Task[StoredProgram]") -> None:
        self._coming.pop(sha256, None)
        if not done.cancelled():
            done.exception()  # Whoever sent it may be gone: it is nobody's fault that is unheard.
