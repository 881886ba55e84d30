"""An option's value out of text, or of what a TOML file says."""

from dataclasses import MISSING, Field
from pathlib import Path
from typing import Any

from attestor.config.option import MAX_NUMBER
from attestor.core.text import from_hex

SCHEMES = {"url": ("http://", "https://"), "websocket": ("ws://", "wss://")}
"""What URLs of a kind begin with."""


def convert(known: "Field[Any]", given: Any) -> Any:
    """An option's value from text (flags, environment) or from TOML's types."""
    kind, low, high = (known.metadata[name] for name in ("kind", "low", "high"))
    if kind == "bool":
        return _boolean(given)
    if kind in ("int", "float"):
        if isinstance(given, bool) or not isinstance(given, str | int | float):
            raise ValueError(f"{given!r} is not a number")
        number = int(given) if kind == "int" else float(given)
        if isinstance(given, float) and number != given:
            raise ValueError(f"{given!r} is not a whole number")
        if not low <= number <= high:
            upper = f" and at most {high}" if high < MAX_NUMBER else ""
            raise ValueError(f"{given} is out of range, at least {low}{upper}")
        return number
    if kind == "list":
        parts = given.split(",") if isinstance(given, str) else given
        return tuple(_chosen(known, part) for part in parts if part or known.metadata["choices"])
    if kind in ("urls", "websockets"):
        return _urls(known, given, "url" if kind == "urls" else "websocket")
    if not isinstance(given, str):
        raise ValueError(f"{given!r} is not text")
    return _text(known, kind, given)


def _text(known: "Field[Any]", kind: str, given: str) -> Any:
    if kind == "choice":
        return _chosen(known, given)
    if kind == "path":
        # No text is no file; a path of no text would be this folder.
        return Path(given).expanduser() if given or known.default is MISSING else known.default
    if kind == "address":
        address = from_hex(given)
        if len(address) != 20:
            raise ValueError(f"{given!r:.80} is not an address of 20 bytes")
        return address
    schemes = SCHEMES.get(kind)
    if schemes is not None and given and not given.startswith(schemes):
        # Not repeated: user, password and path of a URL may be secret.
        raise ValueError(f"the value is not an {' or '.join(schemes)} URL")
    return given


def _urls(known: "Field[Any]", given: Any, kind: str) -> tuple[str, ...]:
    """Several URLs, in text with commas between them. None is repeated in an error."""
    parts = given.split(",") if isinstance(given, str) else given
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise ValueError("the value is not a list of URLs")
    urls = tuple(_text(known, kind, part.strip()) for part in parts)
    if not all(urls):
        raise ValueError("one of the URLs is empty")
    if len(set(urls)) < len(urls):
        raise ValueError("a URL is listed twice: it would be heard twice in every vote")
    return urls


def _boolean(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    named = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if not isinstance(given, str) or given.lower() not in named:
        raise ValueError(f"{given!r} is not true or false")
    return named[given.lower()]


def _chosen(known: "Field[Any]", given: Any) -> str:
    choices = known.metadata["choices"]
    if choices and given not in choices:
        raise ValueError(f"{given!r:.80} is not one of {', '.join(choices)}")
    return str(given)
