"""The calls of the page and of the document."""

import asyncio
import json

from aiohttp.test_utils import make_mocked_request
from aiohttp.web import Application
from cases.status_documents import READY, UNFUNDED

from attestor.http.status import Status
from attestor.status.codec import from_json


def test_page__of_a_daemon_that_is_not_ready__is_shown_all_the_same() -> None:
    answer = asyncio.run(Status(lambda: UNFUNDED).page(make_mocked_request("GET", "/")))
    assert answer.status == 200
    assert answer.content_type == "text/html"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src 'sha256-" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_document__as_json__is_the_one_that_was_made() -> None:
    answer = asyncio.run(Status(lambda: READY).document(make_mocked_request("GET", "/")))
    assert isinstance(answer.body, bytes)
    assert from_json(json.loads(answer.body)) == READY


def test_paths__are_the_documented_ones() -> None:
    made = Application()
    Status(lambda: READY).add_to(made)
    paths = {one.resource.canonical for one in made.router.routes() if one.resource is not None}
    assert paths == {"/", "/status", "/status.json"}
