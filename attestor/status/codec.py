"""The document as JSON and back: the fields by their names, times as Unix seconds beside ISO 8601.

Whoever reads it ignores fields that it does not know, and takes the default of one that is missing.
"""

import dataclasses
import math
import types
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from attestor.errors.readiness import StatusInvalid
from attestor.status.document import FORMAT, Document, Time

MAX_TEXT = 4096
"""Characters of one text: a longer one is cut."""
LAST_UNIX = 253_402_300_799
"""The last second that ISO 8601 has four digits for."""
T = TypeVar("T")


def iso(unix: float) -> str:
    """Seconds as text, in UTC. A time that no calendar has is the nearest that one has."""
    whole = int(min(max(unix, 0), LAST_UNIX))
    return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_json(document: Document) -> dict[str, Any]:
    """The document as JSON has it."""
    found: dict[str, Any] = _encoded(document)
    return found


def from_json(found: object) -> Document:
    """The document that JSON has. Raises `StatusInvalid`, which says where it is wrong."""
    if isinstance(found, dict) and isinstance(given := found.get("format"), int) and given > FORMAT:
        raise StatusInvalid(
            f"the status has format {given}, this attestor knows {FORMAT}",
            hint="use the attestor of the daemon's version",
        )
    return _of_class(Document, found, "the status")


def _encoded(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        hints = _hints(type(value))
        return {name: _field(getattr(value, name), hint) for name, hint in hints.items()}
    if isinstance(value, tuple):
        return [_encoded(one) for one in value]
    if isinstance(value, Mapping):
        return dict(value)
    return value


def _field(value: Any, hint: object) -> Any:
    is_time = hint is Time or Time in get_args(hint)
    if is_time and value is not None:
        return {"unix": value, "iso": iso(value)}
    return _encoded(value)


@cache
def _hints(of: Any) -> dict[str, object]:
    return get_type_hints(of)


def _of_class(of: type[T], found: object, where: str) -> T:
    if not isinstance(found, dict):
        raise _wrong(where, "an object")
    values, shape = {}, cast(Any, of)
    for known in dataclasses.fields(shape):
        if known.name in found:
            place = f"{where}.{known.name}"
            values[known.name] = _decoded(_hints(shape)[known.name], found[known.name], place)
    try:
        return of(**values)
    except TypeError:
        raise _wrong(where, "all of its fields") from None


def _decoded(hint: Any, found: object, where: str) -> Any:
    if isinstance(hint, types.UnionType) or get_origin(hint) is Union:
        inner = next(one for one in get_args(hint) if one is not types.NoneType)
        return None if found is None else _decoded(inner, found, where)
    if hint is Time:
        return _time(found, where)
    if dataclasses.is_dataclass(hint):
        return _of_class(hint, found, where)  # type: ignore[arg-type]
    if get_origin(hint) is tuple:
        if not isinstance(found, list):
            raise _wrong(where, "a list")
        of = get_args(hint)[0]
        return tuple(_decoded(of, one, f"{where}[{place}]") for place, one in enumerate(found))
    if get_origin(hint) is Mapping:
        if not isinstance(found, dict):
            raise _wrong(where, "an object")
        return {str(name): _plain(int, one, where) for name, one in found.items()}
    return _plain(hint, found, where)


def _plain(of: type, found: object, where: str) -> Any:
    # Python takes true for 1.
    if type(found) is not of:
        raise _wrong(where, f"of type {of.__name__}")
    return found[:MAX_TEXT] if isinstance(found, str) else found


def _time(found: object, where: str) -> Time:
    unix = found.get("unix") if isinstance(found, dict) else None
    if type(unix) not in (int, float) or not math.isfinite(unix):  # type: ignore[arg-type]
        raise _wrong(where, 'an object with a number "unix"')
    return Time(unix)  # type: ignore[arg-type]


def _wrong(where: str, what: str) -> StatusInvalid:
    return StatusInvalid(f"{where} is not {what}", hint="is this the address of an attestor?")
