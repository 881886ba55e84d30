"""What the log says of a job."""

import asyncio
from functools import partial

from loguru import logger

from attestor.core.events import Event
from attestor.core.proof import Proof
from attestor.errors import AttestorError


def taken_over(count: int) -> None:
    """Jobs of an earlier run go on."""
    logger.bind(event=Event.JOBS_TAKEN_OVER).info("{} jobs of an earlier run are taken over", count)


def left(job: str, error: AttestorError) -> None:
    """Another worker has it."""
    told = "job {} was left to another worker: {}"
    logger.bind(event=Event.JOB_LEFT, job=job).warning(told, job, error)


def parked(job: str) -> None:
    """Nobody waits for it."""
    logger.bind(event=Event.JOB_PARKED, job=job).info("job {} is parked: nobody waits for it", job)


def failed(job: str, error: AttestorError) -> None:
    """It ended with an error."""
    told = "job {} failed: {} [{}]"
    logger.bind(event=Event.JOB_FAILED, job=job).info(told, job, error, error.code)


def proven(job: str, proof: Proof) -> None:
    """It has its result. Told by the event loop, after whoever waits for that has it."""
    lines = logger.bind(event=Event.JOB_PROVEN, job=job)
    tell = partial(lines.info, "job {} proven in {} cycles", job, proof.cycles)
    asyncio.get_running_loop().call_later(0, tell)


def not_closed(job: str, error: AttestorError) -> None:
    """Its result waits for the database."""
    told = "job {} cannot be closed yet: {}"
    logger.bind(event=Event.JOB_NOT_CLOSED, job=job).warning(told, job, error)


def repeated(job: str, error: AttestorError) -> None:
    """It is run again."""
    told = "job {} is run again: {} [{}]"
    logger.bind(event=Event.JOB_REPEATED, job=job).warning(told, job, error, error.code)


def defect(where: str, error: Exception) -> None:
    """What no code expects, with its trace."""
    told = "{} met an unexpected error"
    logger.bind(event=Event.UNEXPECTED_ERROR).opt(exception=error).error(told, where)
