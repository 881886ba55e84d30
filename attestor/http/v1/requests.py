"""What clients of `/v1` send, read strictly: bodies, names in paths, numbers in queries."""

import math
import re
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from attestor.core import strict_json
from attestor.core.job import MAX_DEADLINE_SECONDS, MAX_PRIORITY, JobLimits
from attestor.errors import BodyInvalid
from attestor.errors.jobs import ParameterInvalid
from attestor.http.v1.forms import ProofForm
from attestor.http.v1.schemas import JOB_ID, MAX_CYCLE_LIMIT
from attestor.http.wire import MAX_STDIN_ENTRIES

MAX_TOKENS = MAX_STDIN_ENTRIES + 64
"""Of a job: the entries of its stdin, and all else."""
KEYS = frozenset(
    {"program", "stdin", "form", "keep", "cycle_limit", "deadline_seconds", "priority"}
)
_NAME = re.compile("0x[0-9a-fA-F]{64}")
_BYTES = re.compile("0x(?:[0-9a-fA-F]{2})*+")
_JOB_ID = re.compile(JOB_ID)


@dataclass(frozen=True)
class JobRequest:
    """A job that is asked for. `program` are 32 bytes: its sha256, or its key. One that is not to
    be kept is run only while somebody waits."""

    program: bytes
    stdin: tuple[bytes, ...]
    limits: JobLimits
    form: ProofForm | None = None
    keep: bool = True
    priority: int = 0


def job_request(body: bytes) -> JobRequest:
    """The job that a body asks for. Raises `BodyInvalid`."""
    try:
        fields = strict_json.loads(body, MAX_TOKENS)
    except ValueError as error:
        raise BodyInvalid(f"the body is no JSON text of a job: {error!s:.120}") from None
    if not isinstance(fields, dict):
        raise BodyInvalid("the body is not a JSON object")
    unknown = next(iter(fields.keys() - KEYS), None)
    if unknown is not None:
        raise BodyInvalid(
            f"the body has the unknown key {unknown!r:.40}", hint=f"it may have {_listed(KEYS)}"
        )
    seconds = _count(fields, "deadline_seconds", MAX_DEADLINE_SECONDS)
    return JobRequest(
        program=_program(fields.get("program")),
        stdin=_stdin(fields.get("stdin", [])),
        limits=JobLimits(_count(fields, "cycle_limit", MAX_CYCLE_LIMIT), seconds),
        form=_body_form(fields["form"]) if "form" in fields else None,
        keep=_flag(fields, "keep", default=True),
        priority=_count(fields, "priority", MAX_PRIORITY, least=0) or 0,
    )


def job_id(request: web.Request) -> str:
    """The job that a path names. Raises `ParameterInvalid`."""
    job = request.match_info["id"]
    if not _JOB_ID.fullmatch(job):
        raise ParameterInvalid(
            f"{job!r:.60} is no id of a job", hint="ids are as POST /v1/jobs answers them"
        )
    return job


def program_name(request: web.Request) -> bytes:
    """The program that a path names: 32 bytes. Raises `ParameterInvalid`."""
    name = request.match_info["program"]
    if not _NAME.fullmatch(name):
        raise ParameterInvalid(f"{name!r:.60} is neither a program's sha256 nor its key")
    return bytes.fromhex(name[2:])


def wait_seconds(request: web.Request, most: float, unsaid: float = 0.0) -> float:
    """How long a call may wait: `unsaid` unless it says so, `most` at most. Raises
    `ParameterInvalid`."""
    text = request.query.get("wait")
    if text is None:
        return unsaid
    try:
        seconds = float(text) if len(text) <= 20 and text.isascii() else math.nan
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise ParameterInvalid(f"wait={text!r:.40} is no number of seconds")
    return min(seconds, most)


def asked_form(request: web.Request) -> ProofForm | None:
    """The form that a query names. Raises `ParameterInvalid`."""
    text = request.query.get("form")
    try:
        return ProofForm(text) if text is not None else None
    except ValueError:
        raise ParameterInvalid(_no_form(text), hint=f"it is one of {_listed(ProofForm)}") from None


def _program(value: Any) -> bytes:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise BodyInvalid(
            "program is not 0x and 64 hexadecimal digits",
            hint="name a program by the sha256 of its ELF, or by its verifying key",
        )
    return bytes.fromhex(value[2:])


def _stdin(value: Any) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > MAX_STDIN_ENTRIES:
        raise BodyInvalid(f"stdin is not a list of at most {MAX_STDIN_ENTRIES} entries")
    return tuple(_entry(entry, number) for number, entry in enumerate(value))


def _entry(value: Any, number: int) -> bytes:
    if not isinstance(value, str) or not _BYTES.fullmatch(value):
        raise BodyInvalid(f"stdin[{number}] is not 0x and an even number of hexadecimal digits")
    return bytes.fromhex(value[2:])


def _count(fields: dict[str, Any], name: str, most: int, least: int = 1) -> int | None:
    if name not in fields:
        return None
    value = fields[name]
    # Python takes true for 1.
    if type(value) is not int or not least <= value <= most:
        raise BodyInvalid(f"{name} is not a whole number from {least} to {most}")
    return value


def _flag(fields: dict[str, Any], name: str, default: bool) -> bool:
    value = fields.get(name, default)
    if not isinstance(value, bool):
        raise BodyInvalid(f"{name} is neither true nor false")
    return value


def _body_form(value: Any) -> ProofForm:
    try:
        return ProofForm(value)
    except ValueError:
        raise BodyInvalid(_no_form(value), hint=f"it is one of {_listed(ProofForm)}") from None


def _no_form(value: object) -> str:
    return f"form is {value!r:.40}, which is no form"


def _listed(names: Any) -> str:
    return ", ".join(sorted(str(name) for name in names))
