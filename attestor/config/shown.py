"""A configuration as an operator sees it: each value with its origin, and no secrets."""

from collections.abc import Iterator
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attestor.config import names
from attestor.config.given import Given
from attestor.config.options import Config
from attestor.config.reading import ReadChain, Reading
from attestor.core.text import checksummed

HIDDEN = "(hidden)"
DEFAULT = "default"


@dataclass(frozen=True)
class Shown:
    """One option. `value` is None where none can be read; `origin` is where it was given, and
    `over` what it wins over, both empty for a default."""

    option: str
    value: Any
    origin: str = DEFAULT
    over: str = ""
    reloads: bool = False


def shown(reading: Reading) -> list[Shown]:
    """All options of all chains, those that are the same for all once."""
    found = []
    has_several = bool(reading.each[0].name)
    for position, chain in enumerate(reading.each):
        for known in fields(Config):
            is_own = has_several and known.name in names.PER_CHAIN
            if position == 0 or is_own:
                found.append(_option(chain, known, f"chains.{chain.name}." if is_own else ""))
    return found


def _option(chain: ReadChain, known: "Field[Any]", prefix: str) -> Shown:
    key = names.key(known)
    name = f"{prefix}{key.removeprefix('chain.') if prefix else key}"
    given = chain.given.get(known.name)
    value = None
    if known.name in chain.values:
        value = safe(known, chain.values[known.name])
    elif given is None and known.name not in chain.faulty:
        value = safe(known, known.default)
    reloads = bool(known.metadata["reloads"])
    if given is None:
        return Shown(name, value, reloads=reloads)
    return Shown(name, value, _place(given), ", ".join(_beaten(given)), reloads)


def _beaten(given: Given) -> Iterator[str]:
    while given.over is not None:
        given = given.over
        yield _place(given)


def _place(given: Given) -> str:
    return f"{given.file}:{given.line}" if given.line else given.origin


def safe(known: "Field[Any]", value: Any) -> Any:
    """A value that may be shown: of URLs the host alone, and nothing of a secret."""
    if known.metadata["secret"]:
        return HIDDEN
    match value:
        case tuple():
            return [safe(known, part) for part in value]
        case bytes():
            return checksummed(value) if len(value) == 20 else ""
        case Path():
            return str(value)
        case str() if "://" in value:
            return url(value)
        case str():
            return str(value)
        case _:
            return value


def url(text: str) -> str:
    """Scheme, host and port: user, password, path and query may be secret."""
    try:
        parts = urlsplit(text)
        port = f":{parts.port}" if parts.port is not None else ""
        host = parts.hostname or ""
    except ValueError:
        return HIDDEN
    host = f"[{host}]" if ":" in host else host
    has_more = parts.path.strip("/") or parts.query or parts.username or parts.fragment
    return f"{parts.scheme}://{host}{port}{'/' + HIDDEN if has_more else ''}"
