"""The running service against its own description: random calls, well-formed and malformed ones,
whose answers have to be those that the document says."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from integration.http.v1.service import Service, serve
from schemathesis.checks import load_all_checks
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from attestor.http.v1 import openapi
from attestor.http.v1.description import Call

EXAMPLES = 25
SCHEMA = schemathesis.openapi.from_dict(openapi.document())
CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
    schemathesis.checks.not_a_server_error,
]


@dataclass(frozen=True)
class Known:
    """A service with a program, a finished job, and one that is there to be withdrawn."""

    url: str
    program: str
    job: str
    other: str


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    found: list[Known] = []
    ready, over = threading.Event(), threading.Event()

    async def body(service: Service) -> None:
        program = await service.send_program()
        jobs = [await service.job("0x01"), await service.job("0x02")]
        found.append(Known(service.url, program, *jobs))
        ready.set()
        await asyncio.to_thread(over.wait)

    folder = tmp_path_factory.mktemp("service")
    running = threading.Thread(target=serve, args=(folder, body), kwargs={"seconds": 600})
    running.start()
    assert ready.wait(30)
    yield found[0]
    over.set()
    running.join(30)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: str(mode.value))
@pytest.mark.parametrize("call", openapi.CALLS, ids=lambda call: call.name)
def test_call__random_requests__are_answered_as_described(
    known: Known, call: Call, mode: GenerationMode
) -> None:
    load_all_checks()
    operation = SCHEMA[call.path][call.method]
    negative = mode is GenerationMode.NEGATIVE
    if negative and not (call.parameters or call.body):
        return  # There is nothing to be wrong.

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: schemathesis.Case[Any]) -> None:
        if not negative:
            _lead_to_something(case, known)
        case.call_and_validate(base_url=known.url, checks=CHECKS, timeout=20)

    run()


def _lead_to_something(case: schemathesis.Case[Any], known: Known) -> None:
    """Random names are none that the service has, and answers are to be looked at, too."""
    if "id" in case.path_parameters:
        case.path_parameters["id"] = known.other if case.method == "DELETE" else known.job
    if "program" in case.path_parameters:
        case.path_parameters["program"] = known.program
    if isinstance(case.body, dict):
        case.body["program"] = known.program
