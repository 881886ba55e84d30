"""The header `Expect`, answered where bodies are read: behind access rules and all other checks.

aiohttp answers it before any middleware: it asks clients for bodies that are refused afterwards,
and answers what it does not know with 417 and the client's own words. RFC 9110, section 10.1.1.
"""

from collections.abc import Callable
from typing import Any

from aiohttp import hdrs, web
from aiohttp.http import HttpVersion11

WAITS = web.RequestKey("waits_to_go_on", bool)
"""Whether the client sends its body once it is told to. Nothing else that it expects is looked
at."""
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"

MakeRequest = Callable[..., web.BaseRequest]


def taken_from_aiohttp(make_request: MakeRequest) -> MakeRequest:
    """Makes requests without the header, which have `WAITS` instead."""

    def make(message: Any, *rest: Any) -> web.BaseRequest:
        # aiohttp's own message, of a request that it cannot read, has a plain dict of headers.
        if hdrs.EXPECT not in message.headers:
            return make_request(message, *rest)
        headers = message.headers.copy()
        expected = headers.popall(hdrs.EXPECT)
        request = make_request(message._replace(headers=headers), *rest)
        waits = [one.strip().lower() for one in expected] == ["100-continue"]
        request[WAITS] = waits and request.version >= HttpVersion11
        return request

    return make


async def tell_to_go_on(request: web.Request) -> None:
    """Call it before a body is read, once nothing speaks against reading it."""
    if request.get(WAITS, False):
        request[WAITS] = False
        await request.writer.write(GO_ON)
        # The answer's own size begins here.
        request.writer.output_size = 0
