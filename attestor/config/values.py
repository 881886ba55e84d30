"""An option's value out of text, or of what a TOML file says. No fault repeats what may be secret:
URLs, and what stands where the name of a secret's file belongs."""

import math
import re
from dataclasses import MISSING, Field
from pathlib import Path
from typing import Any

from attestor.config.option import MAX_NUMBER
from attestor.config.urls import ORDINARY, SCHEMES, fault_of_url, same_endpoint
from attestor.core.text import checksummed, from_hex

UNITS = {
    "seconds": "seconds", "days": "days", "bytes": "bytes", "gwei": "gwei", "cycles": "cycles",
    "blocks": "blocks", "minute": "a number per minute", "hour": "a number per hour",
    "day": "a number per day",
}  # fmt: skip
_WITH_UNIT = re.compile(r"\s*[-+]?[0-9_.]+\s*(?P<unit>[a-zA-Zµ%/]+)\s*")
_QUOTED = re.compile(r"\".*\"|'.*'", re.DOTALL)
_SECRET = re.compile(r"(0x)?[0-9a-fA-F]{64,}|.*(PRIVATE KEY|\"ciphertext\").*|(\w+ ){11,}\w+", re.S)
MAX_PATH = 4096


def convert(known: "Field[Any]", given: Any) -> Any:
    """An option's value from text (flags, environment) or from TOML's types. Raises
    `ValueError`."""
    kind = known.metadata["kind"]
    if kind != "text" and isinstance(given, str) and _QUOTED.fullmatch(given):
        raise ValueError("the value has quotes around it, which are a part of it; leave them out")
    if kind == "bool":
        return _boolean(given)
    if kind in ("int", "float"):
        return _number(known, kind, given)
    if kind == "list":
        return _list(known, given)
    if kind in ("urls", "websockets"):
        return _urls(given, "url" if kind == "urls" else "websocket")
    if not isinstance(given, str):
        raise ValueError(f"{_shown(given)} is not text; put it into quotes")
    return _text(known, kind, given)


def _number(known: "Field[Any]", kind: str, given: Any) -> int | float:
    unit = _unit(known)
    whole = "a whole number" if kind == "int" else "a number"
    wanted = f"{whole}{f' of {unit}' if unit in ORDINARY else ''}"
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise ValueError(f"{_shown(given)} is not a number; write {wanted}")
    try:
        exact = given if not isinstance(given, str) else _read(given)
        number = int(exact) if kind == "int" else float(exact)
    except OverflowError:
        exact, number = math.inf, math.inf
    except ValueError:
        with_unit = isinstance(given, str) and _WITH_UNIT.fullmatch(given)
        hint = "; write it without a unit" if with_unit else ""
        raise ValueError(f"{_shown(given)} is not {wanted}{hint}") from None
    if math.isfinite(exact) and number != exact:
        raise ValueError(f"{_shown(given)} is not {wanted}")
    low, high = known.metadata["low"], known.metadata["high"]
    if not low <= number <= high:
        upper = f" and at most {high}" if high < MAX_NUMBER else ""
        told = f"{_shown(given, quoted=False)} is out of range, at least {low}{upper}"
        raise ValueError(f"{told}; it is {unit}" if unit else told)
    return number


def _read(text: str) -> int | float:
    """Raises `ValueError`."""
    try:
        return int(text)
    except ValueError:
        return float(text)


def _unit(known: "Field[Any]") -> str:
    return UNITS.get(known.name.rpartition("_")[2], "")


def _text(known: "Field[Any]", kind: str, given: str) -> Any:
    if kind == "choice":
        return _chosen(known, given)
    if kind == "path":
        return _path(known, given)
    if kind == "address":
        return _address(given)
    if kind in SCHEMES and given:
        fault = fault_of_url(kind, given)
        if fault:
            raise ValueError(fault)
    if not given.isprintable():
        raise ValueError("the value has characters that cannot be printed")
    return given


def _path(known: "Field[Any]", given: str) -> Any:
    if not given:
        # No text is no file; a path of no text would be this folder.
        return None if known.default is MISSING else known.default
    if is_secret_file(known.name) and _SECRET.fullmatch(given.strip()):
        raise ValueError(
            "the value is a secret, not the name of a file that holds one; write it to a file of "
            "mode 600, and name that; consider this one seen"
        )
    if not given.isprintable() or len(given) > MAX_PATH:
        raise ValueError("the value is not a path")
    try:
        return Path(given).expanduser()
    except RuntimeError:
        raise ValueError(f"{_shown(given)} begins with the home of nobody here") from None


def is_secret_file(option: str) -> bool:
    """Whether an option names a file with a secret in it."""
    return option.endswith(("key_file", "password_file", "environment_file", "keystore_file"))


def _address(given: str) -> bytes:
    if not given:
        return b""
    try:
        address = from_hex(given)
    except ValueError as error:
        if given.startswith("0x"):
            raise ValueError(f"{_shown(given)} has digits that are not hexadecimal") from None
        raise ValueError(f"{error}; write 0x and 40 digits") from None
    if len(address) != 20:
        raise ValueError(f"{_shown(given)} is not an address of 20 bytes; write 0x and 40 digits")
    if not any(address):
        raise ValueError("the address is zero, where there is no contract and no account")
    digits = given[2:]
    if digits not in (digits.lower(), digits.upper()) and checksummed(address) != given:
        raise ValueError(f"{_shown(given)} has a wrong checksum (EIP-55); a digit is mistyped")
    return address


def _list(known: "Field[Any]", given: Any) -> tuple[str, ...]:
    parts = given.split(",") if isinstance(given, str) else given
    if not isinstance(parts, list | tuple):
        raise ValueError(f'{_shown(given)} is not a list; write ["…", "…"]')
    for part in parts:
        if not isinstance(part, str) and not known.metadata["choices"]:
            raise ValueError(f"{_shown(part)} is not text; put it into quotes")
    stripped = [part.strip() if isinstance(part, str) else part for part in parts]
    return tuple(_chosen(known, part) for part in stripped if part or known.metadata["choices"])


def _urls(given: Any, kind: str) -> tuple[str, ...]:
    """Several URLs, in text with commas between them. None is repeated in an error."""
    parts = given.split(",") if isinstance(given, str) else given
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise ValueError('the value is not a list of URLs; write ["https://…", "https://…"]')
    urls = tuple(part.strip() for part in parts)
    for place, url in enumerate(urls, 1):
        fault = fault_of_url(kind, url) if url else "one of the URLs is empty"
        if fault:
            raise ValueError(f"URL {place} of {len(urls)}: {fault}" if len(urls) > 1 else fault)
    if len({same_endpoint(url) for url in urls}) < len(urls):
        raise ValueError("a URL is listed twice: it would be heard twice in every vote")
    return urls


def _boolean(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    named = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if not isinstance(given, str) or given.lower() not in named:
        raise ValueError(f"{_shown(given)} is not true or false")
    return named[given.lower()]


def _chosen(known: "Field[Any]", given: Any) -> str:
    choices = known.metadata["choices"]
    if choices and given not in choices:
        same = [choice for choice in choices if str(given).lower() == choice.lower()]
        hint = f"; did you mean {same[0]}?" if same else ""
        raise ValueError(f"{_shown(given)} is not one of {', '.join(choices)}{hint}")
    return str(given)


def _shown(given: Any, quoted: bool = True) -> str:
    """What was given, where it may be repeated, and not endlessly."""
    if isinstance(given, int) and abs(given) > MAX_NUMBER:
        return "the number"
    text = repr(given) if quoted else str(given)
    return text if len(text) <= 80 else f"{text[:80]}…"
