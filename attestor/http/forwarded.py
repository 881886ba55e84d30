"""Where a request comes from, when proxies stand in between."""

import ipaddress
from collections.abc import Iterable

from attestor.http.allow_list import AllowList

MAX_HOPS = 32
MAX_CHARS = 4096
SIGNS = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")
"""Headers by which a proxy may say that it is one."""


def origin(peer: str, forwarded_for: Iterable[str], proxies: AllowList) -> str:
    """The address that asks: the peer's own, or where that is a trusted proxy the last address of
    X-Forwarded-For that is none.

    `forwarded_for` are the header's lines. Whoever is not a trusted proxy can write into it what
    they like; so it is read from its end, as far as trusted proxies wrote it. From an entry that is
    no address on, nothing is believed.
    """
    address = peer
    for entry in _from_the_end(forwarded_for):
        if not proxies.names(address):
            break
        found = address_in(entry)
        if found is None:
            break
        address = found
    return address


def address_in(entry: str) -> str | None:
    """The address in an entry, which may have a port: `192.0.2.1:80`, `[2001:db8::1]:80`."""
    text = entry.strip()
    if "%" in text:
        return None
    if text.startswith("["):
        text, _, port = text[1:].partition("]")
        if port and not _is_port(port):
            return None
    elif text.count(":") == 1:
        text, _, port = text.partition(":")
        if not _is_port(":" + port):
            return None
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)


def _is_port(text: str) -> bool:
    digits = text[1:]
    return text[0] == ":" and digits.isascii() and digits.isdecimal() and len(digits) <= 5


def _from_the_end(lines: Iterable[str]) -> list[str]:
    """The entries nearest to us, the last one first."""
    whole = ",".join(lines)[-MAX_CHARS:]
    return list(reversed(whole.split(",")))[:MAX_HOPS] if whole else []
