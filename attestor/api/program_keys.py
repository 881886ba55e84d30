"""Programs that clients send to stay: each has its key computed once, and is kept with it."""

import asyncio
import hashlib
from collections.abc import Callable

from attestor.core import circuits
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import ProgramUnknown, QueueFull
from attestor.store.programs import Programs, StoredProgram

MAX_WAITING = 16
"""Programs in memory whose keys are not there yet."""
MAX_SAID = 4096
"""Keys in memory. Those that are forgotten are asked for again."""


class ProgramKeys:
    """Lives in one event loop. One key is computed at a time: jobs have the processors, too."""

    def __init__(self, programs: Programs, verifying_key: Callable[[bytes], VerifyingKey]) -> None:
        """`verifying_key` takes seconds, and raises where a program is none."""
        self._programs = programs
        self._verifying_key = verifying_key
        self._coming: dict[str, asyncio.Task[StoredProgram]] = {}
        self._said: dict[str, bytes] = {}
        """What the signer process said in this process's life, by sha256: no disk is believed."""
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
        key = self._said.get(sha256)
        if key is None:
            async with self._one:
                key = (await asyncio.to_thread(self._verifying_key, program)).program_vkey
        await asyncio.to_thread(self._programs.upload, sha256, program, key)
        if len(self._said) >= MAX_SAID:
            self._said.clear()
        self._said[sha256] = key
        return StoredProgram(sha256, len(program), key, circuits.of_program(program))

    async def require_key(self, stored: StoredProgram) -> None:
        """Raise `ProgramUnknown` unless the key of a program that the database has is the one that
        it says: asked of the signer process once, and not with each job."""
        if self._said.get(stored.sha256) != stored.program_vkey:
            program = await asyncio.to_thread(self._programs.of, stored.sha256)
            said = await self.keep(await asyncio.to_thread(_sha256, program), program)
            if (said.sha256, said.program_vkey) != (stored.sha256, stored.program_vkey):
                raise ProgramUnknown(
                    "the database said another key of that program than it has",
                    hint="send the program with PUT /v1/programs, then ask again",
                )

    def _over(self, sha256: str, done: "asyncio.Task[StoredProgram]") -> None:
        self._coming.pop(sha256, None)
        if not done.cancelled():
            done.exception()  # Whoever sent it may be gone: it is nobody's fault that is unheard.


def _sha256(program: bytes) -> str:
    return hashlib.sha256(program).hexdigest()
