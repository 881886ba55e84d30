"""As what machine a request addresses us, as far as a browser says it.

A page of another site can have its reader's browser ask this machine: by a name of its own that it
has point to 127.0.0.1 (DNS rebinding), or without being told the answer (a cross-site request).
What is served here without a name is not meant for it.
"""

import ipaddress
import re

from aiohttp import web
from aiohttp.typedefs import Handler

from attestor.core.text import one_line
from attestor.errors.access import ClientRefused
from attestor.http.addresses import is_loopback

HINT = "ask 127.0.0.1 or localhost; a proxy on this machine has to send that as Host"
_HOST = re.compile(
    r"(?:\[(?P<bracketed>[0-9a-fA-F:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::[0-9]{0,5})?", re.ASCII
)


def is_of_this_machine(request: web.Request) -> bool:
    """Whether neither Host nor Origin is a name that a stranger could have made for us. Over TLS
    the certificate says for which names we are asked."""
    hosts = [] if _is_over_tls(request) else request.headers.getall("Host", [])
    return all(map(is_own_host, hosts)) and _has_own_origin(request)


def is_of_another_site(request: web.Request) -> bool:
    """Whether a page asks whose name a stranger could have made for us, for a port whose clients
    may ask by any name: browsers alone send Origin. Over TLS the certificate says the names."""
    return not _is_over_tls(request) and not _has_own_origin(request)


def is_own_host(host: str) -> bool:
    """Whether a header Host has an address, localhost or a name without a dot: the public DNS has
    none of these for a stranger. Without any text it is an old client's."""
    if not host:
        return True
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name = found["bracketed"] or found["name"]
    if _is_address(name):
        return True
    return "." not in name or name.lower().endswith(".localhost")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_over_tls(request: web.Request) -> bool:
    transport = request.transport
    return transport is not None and transport.get_extra_info("ssl_object") is not None


def _has_own_origin(request: web.Request) -> bool:
    return all(map(_is_own_origin, request.headers.getall("Origin", [])))


def _is_own_origin(origin: str) -> bool:
    """`null` is that of a page whose site the browser does not tell."""
    scheme, _, host = origin.partition("://")
    return scheme in ("http", "https") and bool(host) and is_own_host(host)


@web.middleware
async def for_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What this machine asks has to address this machine. Raises `ClientRefused`."""
    if is_loopback(request.remote or "") and not is_of_this_machine(request):
        host = one_line(request.headers.get("Host", ""))
        raise ClientRefused(
            f"the request comes from a page of another site, or is for {host!r:.60}", hint=HINT
        )
    return await handler(request)
