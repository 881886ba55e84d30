"""Who asks, in the request's own storage and, for what is called on its behalf, beside it."""

from contextvars import ContextVar

from aiohttp import web

from attestor.core.client import Client, How, certificate_name
from attestor.errors import AttestorError
from attestor.http.addresses import shared_by

CLIENT = web.RequestKey("client", Client)
REFUSED = web.RequestKey("refused", AttestorError)
"""Why a call was ended, as its client may not ask any more."""
REQUEST_ID = web.RequestKey("request_id", str)


class Asking:
    """The client on whose behalf the running task works; None where there is none."""

    def __init__(self) -> None:
        self._client: ContextVar[Client | None] = ContextVar("asking", default=None)

    def begin(self, client: Client) -> None:
        """This task, and what it starts, works for that client."""
        self._client.set(client)

    def __call__(self) -> Client | None:
        return self._client.get()


def certificate_of(request: web.Request) -> dict[str, object] | None:
    """The verified certificate of the request's connection."""
    transport = request.transport
    tls = transport.get_extra_info("ssl_object") if transport is not None else None
    return (tls.getpeercert() or None) if tls is not None else None


def peer_of(request: web.Request) -> Client:
    """The other end of the request's connection: by the name in its certificate, where that has
    one, else by its address."""
    certificate = certificate_of(request)
    name = None if certificate is None else certificate_name(certificate)
    if name is not None:
        return Client(name, How.CERTIFICATE)
    return Client(shared_by(request.remote or ""), How.ADDRESS)


def client_of(request: web.Request) -> str:
    """What the request's share of anything is counted under: its client's name, where it has one,
    else its address."""
    client = request.get(CLIENT)
    return shared_by(request.remote or "") if client is None else client.share
