"""URLs: taken apart, checked, and shown without what may be secret in them."""

import ipaddress
import re
from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

from attestor.errors import HttpFailed, HttpFault

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_URL_CHARS = 8192
_KEPT = "/%:@!$&'()*+,;=~?-._[]"
"""What stays as it is in a path and a query; everything else is percent-encoded."""


@dataclass(frozen=True)
class Target:
    """Where a request goes. `host` is ASCII, without the brackets of an IPv6 address but with its
    zone; `path` has the query; `authorization` is the header that the URL's user and password
    make."""

    scheme: str
    host: str
    port: int
    path: str = field(repr=False)
    authorization: str | None = field(repr=False)

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        host = f"[{self.host.partition('%')[0]}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def endpoint(self) -> str:
        """What connections are kept for, and credentials: one host and port, with its zone."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: the part of the URL that may be shown."""
        return f"{self.scheme}://{self.authority}"


def parse(url: str) -> Target:
    """The target that a URL names. Raises `HttpFailed` (`URL`), which does not repeat the URL."""
    if len(url) > MAX_URL_CHARS or not all(char.isprintable() for char in url) or " " in url:
        raise _invalid("it is too long, or holds spaces or control characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _invalid("its host or port is malformed") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise _invalid("it has to begin with http:// or https://")
    if port == 0:
        raise _invalid("its port is 0")
    return Target(
        scheme=parts.scheme,
        host=_host(parts.hostname or ""),
        port=port or DEFAULT_PORTS[parts.scheme],
        path=quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=_KEPT),
        authorization=_basic(parts.username, parts.password),
    )


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, for messages; never raises."""
    try:
        return parse(url).origin
    except HttpFailed:
        return "an invalid URL"


def is_numeric(host: str) -> bool:
    """Whether a host is an IP address, with or without a zone."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _host(name: str) -> str:
    if ":" in name:
        if not is_numeric(name):
            raise _invalid("its IPv6 address is malformed")
        address, _, zone = name.partition("%")
        # RFC 6874 writes the sign before a zone as %25; the sign alone is common too.
        zone = unquote(zone[2:]) if zone.startswith("25") and zone != "25" else zone
        if zone and not re.fullmatch(r"[A-Za-z0-9._~-]+", zone):
            raise _invalid("the zone of its IPv6 address is malformed")
        return f"{address}%{zone}" if zone else address
    try:
        ascii_name = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        raise _invalid("its host is no name") from None
    if not re.fullmatch(
        r"(?=.{1,253}\Z)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?", ascii_name
    ):
        raise _invalid("its host is missing or no name")
    return ascii_name


def _basic(user: str | None, password: str | None) -> str | None:
    if user is None and password is None:
        return None
    pair = unquote_to_bytes(user or "") + b":" + unquote_to_bytes(password or "")
    return f"Basic {b64encode(pair).decode()}"


def _invalid(why: str) -> HttpFailed:
    return HttpFailed(f"the URL is invalid: {why}", fault=HttpFault.URL)
