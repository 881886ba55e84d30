"""The header `Expect`, answered where everything else is: behind access rules, with id and log.

aiohttp answers it before any middleware: it asks clients for bodies that are refused afterwards,
and tells others of their mistake in a form that is not ours.
"""

from aiohttp import web
from aiohttp.http import HttpVersion11
from aiohttp.typedefs import Handler

from attestor.core.text import one_line
from attestor.errors.access import ExpectationUnknown

GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
IGNORES_UNKNOWN = web.AppKey("ignores_unknown_expectations", bool)
"""Whether an application reads over what it does not know, as some servers do."""


def take_over(application: web.Application) -> None:
    """Have nothing answer the header but `answer_expectation`, of no path."""
    resolve = application.router.resolve

    async def resolved(request: web.Request) -> web.UrlMappingMatchInfo:
        found = await resolve(request)
        vars(found.route)["handle_expect_header"] = _later
        return found

    vars(application.router)["resolve"] = resolved


@web.middleware
async def answer_expectation(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell a client that waits for it to send its body. Raises `ExpectationUnknown`."""
    expected = request.headers.getall("Expect", ())
    if expected and request.version >= HttpVersion11:
        if all(one.strip().lower() == "100-continue" for one in expected):
            await request.writer.write(GO_ON)
            # The answer's own size begins here.
            request.writer.output_size = 0
        elif not request.app.get(IGNORES_UNKNOWN, False):
            told = one_line(", ".join(expected))[:60]
            raise ExpectationUnknown(
                f"Expect: {told} is not known here", hint="send 100-continue, or leave it out"
            )
    return await handler(request)


async def _later(request: web.Request) -> None:
    """What aiohttp calls first."""
