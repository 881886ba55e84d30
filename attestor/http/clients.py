"""Who asks. The one place where a request gets its client's name, by which bodies, jobs and streams
are shared out; a name is that of an address, as nobody says more of themselves yet."""

from aiohttp import web
from aiohttp.typedefs import Handler

from attestor.http.connections import shared_by

CLIENT = web.RequestKey("client", str)


@web.middleware
async def name_client(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Name the client of a request."""
    request[CLIENT] = shared_by(request.remote or "")
    return await handler(request)


def client_of(request: web.Request) -> str:
    """The name of who asks; empty where nobody has named them."""
    name: str = request.get(CLIENT, "")
    return name
