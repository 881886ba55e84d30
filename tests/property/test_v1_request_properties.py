"""Bodies of `POST /v1/jobs`: what is one is read as it is meant, all else has a typed error."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestor.core.job import MAX_DEADLINE_SECONDS, JobLimits
from attestor.errors import BodyInvalid
from attestor.http.v1.forms import ProofForm
from attestor.http.v1.requests import JobRequest, job_request
from attestor.http.v1.schemas import MAX_CYCLE_LIMIT
from attestor.http.wire import MAX_STDIN_ENTRIES

NAME = st.binary(min_size=32, max_size=32)
JOBS = st.builds(
    JobRequest,
    program=NAME,
    stdin=st.lists(st.binary(max_size=40), max_size=6).map(tuple),
    limits=st.builds(
        JobLimits,
        cycles=st.none() | st.integers(1, MAX_CYCLE_LIMIT),
        seconds=st.none() | st.integers(1, MAX_DEADLINE_SECONDS),
    ),
    form=st.none() | st.sampled_from(ProofForm),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
GOOD: dict[str, Any] = {"program": "0x" + "ab" * 32, "stdin": ["0x00"]}


def fields(job: JobRequest) -> dict[str, Any]:
    found: dict[str, Any] = {
        "program": f"0x{job.program.hex()}",
        "stdin": [f"0x{entry.hex()}" for entry in job.stdin],
    }
    if job.limits.cycles is not None:
        found["cycle_limit"] = job.limits.cycles
    if job.limits.seconds is not None:
        found["deadline_seconds"] = job.limits.seconds
    if job.form is not None:
        found["form"] = job.form.value
    return found


@given(JOBS)
def test_job_request__any_job__is_read_as_it_was_written(job: JobRequest) -> None:
    assert job_request(json.dumps(fields(job)).encode()) == job


@given(st.binary(max_size=200))
def test_job_request__any_bytes__are_a_job_or_a_typed_error(body: bytes) -> None:
    with suppress(BodyInvalid):
        job_request(body)


@given(st.sampled_from(["program", "stdin", "form", "cycle_limit", "deadline_seconds"]), JSON)
def test_job_request__any_value_of_a_key__is_taken_as_its_schema_says(
    name: str, value: Any
) -> None:
    body = json.dumps({**GOOD, name: value}).encode()
    try:
        found = job_request(body)
    except BodyInvalid:
        return
    assert json.loads(json.dumps(fields(found) | {"stdin": GOOD["stdin"]}))["program"]
    assert name != "program" or isinstance(value, str)
    assert name != "stdin" or all(isinstance(entry, str) for entry in value)
    assert name not in ("cycle_limit", "deadline_seconds") or type(value) is int


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"program":1}',
        b'{"program":"0x' + b"ab" * 31 + b'"}',
        b'{"program":"0x' + b"AB" * 32 + b'","program":"0x' + b"ab" * 32 + b'"}',
        json.dumps({**GOOD, "stdin": ["0x0"]}).encode(),
        json.dumps({**GOOD, "stdin": ["0x 00"]}).encode(),
        json.dumps({**GOOD, "stdin": ["0x00\n"]}).encode(),
        json.dumps({**GOOD, "stdin": "0x00"}).encode(),
        json.dumps({**GOOD, "stdin": ["0x"] * (MAX_STDIN_ENTRIES + 1)}).encode(),
        json.dumps({**GOOD, "cycle_limit": True}).encode(),
        json.dumps({**GOOD, "priority": 10}).encode(),
        json.dumps({**GOOD, "priority": -1}).encode(),
        json.dumps({**GOOD, "priority": False}).encode(),
        json.dumps({**GOOD, "cycle_limit": 0}).encode(),
        json.dumps({**GOOD, "cycle_limit": 1.0}).encode(),
        json.dumps({**GOOD, "cycle_limit": MAX_CYCLE_LIMIT + 1}).encode(),
        json.dumps({**GOOD, "deadline_seconds": MAX_DEADLINE_SECONDS + 1}).encode(),
        json.dumps({**GOOD, "form": "zk"}).encode(),
        json.dumps({**GOOD, "form": []}).encode(),
        json.dumps({**GOOD, "cycles_limit": 1}).encode(),
        json.dumps(GOOD).encode("utf-16"),
        b'{"program":' + b"[" * 100_000,
        b'{"stdin":[' + b'"0x",' * 2_000_000,
    ],
)
def test_job_request__malformed__says_what_is_wrong(body: bytes) -> None:
    with pytest.raises(BodyInvalid) as caught:
        job_request(body)
    assert caught.value.message
    assert len(caught.value.message) < 300


def test_job_request__as_many_entries_as_may_be__is_taken() -> None:
    body = json.dumps({**GOOD, "stdin": ["0x"] * MAX_STDIN_ENTRIES}).encode()
    assert len(job_request(body).stdin) == MAX_STDIN_ENTRIES
