"""URLs of options: what is wrong with one, without repeating it, for it may hold secrets."""

import re
from urllib.parse import SplitResult, urlsplit

SCHEMES = {"url": ("http://", "https://"), "websocket": ("ws://", "wss://")}
"""What URLs of a kind begin with."""
ORDINARY = frozenset({"seconds", "days", "bytes", "gwei", "cycles", "blocks"})
"""Units that a number is of."""
_TO_FILL_IN = re.compile(r"[$<>{}]|YOUR[-_A-Z]*KEY|API[-_]?KEY[-_]?HERE|CHANGEME", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def fault_of_url(kind: str, given: str) -> str:
    """Why it is no URL of that kind; nothing where it is one."""
    schemes = SCHEMES[kind]
    other = SCHEMES["websocket" if kind == "url" else "url"]
    if not given.lower().startswith(schemes):
        told = f"the value is not an {' or '.join(schemes)} URL"
        if given.lower().startswith(other):
            option = "chain.rpc_urls" if kind == "websocket" else "chain.websocket_urls"
            return f"{told}; those that begin with {given.partition('://')[0]}:// are {option}"
        return told if "://" in given else f"{told}; write the scheme before the host"
    if any(char.isspace() or not char.isprintable() for char in given):
        return "the URL has a space or a character that cannot be printed in it"
    if not given.isascii() or _TO_FILL_IN.search(given):
        return "the URL has something to be filled in; nothing is here: write the value itself"
    parts = _split(given)
    if parts is None or not parts.hostname or parts.port == 0:
        return "the URL names no host, or has a port that is none"
    return ""


def same_endpoint(url: str) -> tuple[object, ...]:
    """Equal for URLs that differ only in how they are written."""
    parts = _split(url)
    if parts is None:
        return (url,)
    port = parts.port or _PORTS.get(parts.scheme, 0)
    return (
        parts.scheme,
        parts.netloc.rpartition("@")[0],
        parts.hostname,
        port,
        (parts.path.rstrip("/")),
        parts.query,
    )


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # Read only to hear whether it is one.
    except ValueError:
        return None
    return parts
