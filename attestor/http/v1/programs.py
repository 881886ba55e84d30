"""Programs of `/v1`: sent once, and referred to by jobs."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any, Protocol

from aiohttp import web

from attestor.core import elf
from attestor.core.text import to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import BodyTooLarge, ProgramInvalid, ProgramUnknown, QueueFull
from attestor.errors.jobs import ParameterInvalid
from attestor.http.bodies import Bodies, BodyLimits
from attestor.http.v1 import requests, schemas
from attestor.http.v1.answers import answer
from attestor.http.v1.description import Call, Content, Handler, Parameter
from attestor.store.programs import Programs, StoredProgram

SEND = Call(
    name="sendProgram",
    method="PUT",
    path="/v1/programs",
    summary="Send a program, to which jobs refer.",
    about="The body is the ELF itself. Answers once its verifying key is computed, which takes "
    "seconds the first time; the same program again is the same answer. It stays until others "
    "need the room.",
    body=Content(
        "An ELF for SP1 v6, or for v3 where the service runs those.",
        {"type": "string"},
        "application/octet-stream",
    ),
    answers={200: Content("The program, and its key.", schemas.ref("Program"))},
    errors=(ProgramInvalid, BodyTooLarge, QueueFull),
)
SHOW = Call(
    name="showProgram",
    method="GET",
    path="/v1/programs/{program}",
    summary="Show a program that the service has.",
    about="It is named by its sha256 or by its verifying key.",
    parameters=(Parameter("program", "0x…", schemas.PROGRAM_NAME_SCHEMA, "path", needed=True),),
    answers={200: Content("The program.", schemas.ref("Program"))},
    errors=(ProgramUnknown, ParameterInvalid),
)


class Keeping(Protocol):
    """`api.program_keys.ProgramKeys`."""

    async def keep(self, sha256: str, program: bytes) -> StoredProgram:
        """Have a program stay, with its key. Raises what is wrong with it, and `QueueFull`."""

    async def require_key(self, stored: StoredProgram) -> None:
        """Raise `ProgramUnknown` unless a program's key is the one that the database says."""


class ProgramCalls:
    """The handlers; `limits` are those of a program's size."""

    def __init__(self, programs: Programs, keeping: Keeping, limits: BodyLimits) -> None:
        self._programs = programs
        self._keeping = keeping
        self._bodies = Bodies(limits)

    def handlers(self) -> Mapping[Call, Handler]:
        """By call."""
        return {SEND: self.send, SHOW: self.show}

    async def send(self, request: web.Request) -> web.Response:
        async with self._bodies.whole(request) as body:
            sha256 = await asyncio.to_thread(_checked, body)
            kept = await self._keeping.keep(sha256, body)
        return answer(_told(kept))

    async def show(self, request: web.Request) -> web.Response:
        name = requests.program_name(request)
        return answer(_told(await asyncio.to_thread(find, self._programs, name)))


def find(programs: Programs, name: bytes) -> StoredProgram:
    """The program of that sha256, or of that key. Raises `ProgramUnknown`."""
    try:
        return programs.find(sha256=name.hex())
    except ProgramUnknown:
        return programs.find(vkey=name)


def _checked(program: bytes) -> str:
    """The sha256 of an ELF that may be one of SP1's."""
    elf.check(program)
    return hashlib.sha256(program).hexdigest()


def _told(program: StoredProgram) -> dict[str, Any]:
    key = program.program_vkey
    older = VerifyingKey.from_program_vkey(key).vk_hash_bytes if key is not None else None
    return {
        "sha256": f"0x{program.sha256}",
        "size": program.size,
        "program_vkey": to_hex(key) if key is not None else None,
        "vk_hash_bytes": to_hex(older) if older is not None else None,
        "circuit_version": program.circuit,
    }
