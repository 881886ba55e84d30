"""Jobs as those see them who take them in and work them off."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from attestor.core.execution import stdin_sha256
from attestor.errors import (
    AttestorError,
    GuestFailed,
    GuestFault,
    ProgramInvalid,
    PublicValuesMismatch,
    Unprovable,
    restore,
)

MAX_DEADLINE_SECONDS = 86_400
MAX_PRIORITY = 9
_DOMAIN = b"attestor job v1\n"
_FINAL = (GuestFailed, GuestFault, ProgramInvalid, PublicValuesMismatch, Unprovable)
"""What a program would fail with each time."""


@dataclass(frozen=True)
class JobLimits:
    """The client's own, which may only be lower than the operator's; None where there are none.
    `seconds` are those from the acceptance of a job to its end."""

    cycles: int | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Request:
    """What a client asks for: a program, its stdin, and limits. The program is None where it was
    sent before, and its hash alone came with the request. Of its own jobs a client has those of a
    higher priority (0 to MAX_PRIORITY) run first; it is no part of the job's names."""

    program: bytes | None
    stdin: tuple[bytes, ...]
    limits: JobLimits = JobLimits()
    priority: int = 0

    def identify(self, registration: str = "", program_sha256: str | None = None) -> "Identity":
        """Its names. Hashes everything that is there: seconds for hundreds of megabytes."""
        if self.program is not None:
            program_sha256 = hashlib.sha256(self.program).hexdigest()
        assert program_sha256 is not None
        return Identity.of_named(program_sha256, self.stdin, self.limits, registration)


@dataclass(frozen=True)
class Identity:
    """The names of a program and its stdin, sha256 each in hexadecimal, and of the job: a UUID, as
    upstream's ids are. Whoever has program and stdin can compute it, before anything is run."""

    job: str
    program: str
    stdin: str

    @classmethod
    def of(
        cls,
        program: bytes,
        stdin: Sequence[bytes],
        limits: JobLimits = JobLimits(),
        registration: str = "",
    ) -> "Identity":
        """The names for a program and its stdin."""
        return cls.of_named(hashlib.sha256(program).hexdigest(), stdin, limits, registration)

    @classmethod
    def of_named(
        cls,
        named: str,
        stdin: Sequence[bytes],
        limits: JobLimits = JobLimits(),
        registration: str = "",
    ) -> "Identity":
        """The names for a program (sha256 of its bytes, in hexadecimal) and its stdin
        (`stdin_sha256`):

        job = 16 bytes of sha256("attestor job v1\\n" ‖ program ‖ stdin ‖ limits ‖ registration) as
        a UUID of version 8, the hashes as 32 bytes each, limits as text "cycles,seconds" where the
        client gave some, "@" and the registration (`core.served`) where it is not for the default
        one; otherwise nothing.
        """
        given = stdin_sha256(stdin)
        bounds = "" if limits == JobLimits() else f"{limits.cycles},{limits.seconds}"
        where = f"@{registration}" if registration else ""
        whole = _DOMAIN + bytes.fromhex(named) + bytes.fromhex(given) + (bounds + where).encode()
        return cls(_uuid(hashlib.sha256(whole).digest()), named, given)


def _uuid(digest: bytes) -> str:
    """RFC 9562: 122 bits of the digest, version 8."""
    data = bytearray(digest[:16])
    data[6] = data[6] & 0x0F | 0x80
    data[8] = data[8] & 0x3F | 0x80
    text = data.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


@dataclass(frozen=True)
class Work:
    """What a queued job wants to have run; `program_sha256` in hexadecimal. `run` is the same for
    jobs that differ in nothing but the registration that their signature is for; empty where that
    is not known."""

    job: str
    program: bytes
    stdin: tuple[bytes, ...]
    limits: JobLimits = JobLimits()
    run: str = field(default="", compare=False)
    program_sha256: str = field(default="", compare=False)


class Withdrawn(StrEnum):
    """What became of a job that a client withdrew."""

    CANCELLED = "cancelled"
    DELETED = "deleted"
    LEFT = "left"
    """Others want it still: it is theirs alone now."""


@dataclass(frozen=True)
class JobState:
    """How a job stands; the error fields are set when it failed."""

    state: str
    error_code: str | None
    error_message: str | None
    error_hint: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be finished."""
        return self.state in ("queued", "running")

    def error(self) -> AttestorError:
        """What a failed job failed with."""
        message = self.error_message or "the job failed"
        return restore(self.error_code or "", message, self.error_hint)

    @property
    def is_final(self) -> bool:
        """Whether running it once more would end in the same way."""
        if self.state == "failed":
            return isinstance(self.error(), _FINAL)
        return self.state == "done"


DONE = JobState("done", None, None)


@dataclass(frozen=True)
class DoneJob:
    """A job that was proven, and the names of the clients who asked for it."""

    identity: Identity
    clients: frozenset[str]
