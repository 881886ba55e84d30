"""What aiohttp answers by itself, before any call is asked, in words of ours.

Its own texts repeat the client's bytes, and clients act on words in an error's text.
"""

from aiohttp import web
from aiohttp.http_exceptions import (
    BadHttpMethod,
    BadStatusLine,
    InvalidURLError,
    LineTooLong,
)

UNREADABLE = "The request's headers are not those of HTTP/1.1.\n"
TEXTS: dict[type[Exception], str] = {
    BadHttpMethod: "The request line's method is not one of HTTP/1.1.\n",
    InvalidURLError: "The request line has no target that can be read.\n",
    BadStatusLine: "The request line is not one of HTTP/1.1.\n",
    LineTooLong: "The request line or a header of the request is too long.\n",
}


class RequestHandler(web.RequestHandler):
    """A connection's protocol."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what could not be read, or met an exception outside of all calls."""
        told = next((text for kind, text in TEXTS.items() if isinstance(exc, kind)), UNREADABLE)
        return super().handle_error(request, status, exc, told if status < 500 else None)
