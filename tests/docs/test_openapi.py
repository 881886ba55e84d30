"""docs/openapi.json is what the service says of itself."""

import json
import re
from pathlib import Path
from typing import Any

from attestor.errors import AttestorError
from attestor.http.v1 import openapi
from attestor.http.v1.calls import V1
from attestor.http.v1.status import Bounds

WRITTEN = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def test_openapi_file__is_what_the_code_says() -> None:
    assert json.loads(WRITTEN.read_text()) == openapi.document(), "run make openapi"


def test_openapi__every_call_that_is_served__is_described_and_no_other() -> None:
    from aiohttp import web

    from attestor.http.bodies import BodyLimits

    none: Any = None
    served = web.Application()
    V1(none, none, none, BodyLimits(1), Bounds(1, 1.0)).add_to(served)
    routes = {
        (route.method, route.resource.canonical)
        for route in served.router.routes()
        if route.resource
    }
    assert routes == {(call.method, call.path) for call in openapi.CALLS}


def test_openapi__every_reference_leads_to_a_schema_and_every_schema_is_used() -> None:
    whole = openapi.document()
    names = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(whole)))
    assert names == set(whole["components"]["schemas"])


def test_openapi__codes_of_errors__are_those_of_the_code() -> None:
    known = {"what the job failed with"}
    leaves = [AttestorError]
    for leaf in leaves:
        known.add(leaf.code)
        leaves.extend(leaf.__subclasses__())
    for operations in openapi.document()["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if not status.startswith("2"):
                    assert set(answer["description"].split(", ")) <= known
