"""Jobs as those see them who take them in and work them off."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    """What a queued job wants to have run."""

    job: str
    program: bytes
    stdin: tuple[bytes, ...]


@dataclass(frozen=True)
class JobState:
    """How a job stands; the error fields are set when it failed."""

    state: str
    error_code: str | None
    error_message: str | None
