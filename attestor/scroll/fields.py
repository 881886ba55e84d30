"""Reading JSON of several dialects: geth's camelCase and Rust's snake_case, numbers as numbers or
0x text, and always with the place of what is wrong."""

import re
from collections.abc import Iterator
from typing import Any

from attestor.core.text import from_hex, shown
from attestor.errors.scroll import ScrollWitnessUnreadable

_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}")


class Fields:
    """A JSON object, and where in the text it is. Each member may have several names."""

    def __init__(self, value: object, place: str) -> None:
        if not isinstance(value, dict):
            raise ScrollWitnessUnreadable(f"{place} is {shown(value, 60)}, not an object")
        self._value: dict[str, Any] = value
        self.place = place

    def has(self, *names: str) -> bool:
        """Whether one of the names is there, with a value."""
        return any(self._value.get(name) is not None for name in names)

    def get(self, *names: str) -> Any:
        """The value under the first name that has one, or None."""
        return next(
            (self._value[name] for name in names if self._value.get(name) is not None), None
        )

    def need(self, *names: str) -> Any:
        """The same, which must be there."""
        found = self.get(*names)
        if found is None:
            raise ScrollWitnessUnreadable(f"{self.place} has no {names[0]}")
        return found

    def all(self) -> dict[str, Any]:
        """Every member by its name."""
        return self._value

    def object(self, *names: str) -> "Fields":
        """A member that is an object."""
        return Fields(self.need(*names), self._at(names[0]))

    def objects(self, *names: str) -> Iterator["Fields"]:
        """The objects of a member that is a list."""
        for position, item in enumerate(self.list(*names)):
            yield Fields(item, f"{self._at(names[0])}[{position}]")

    def list(self, *names: str) -> list[Any]:
        """A member that is a list; missing, it is empty."""
        found = self.get(*names)
        if found is None:
            return []
        if not isinstance(found, list):
            raise ScrollWitnessUnreadable(f"{self._at(names[0])} is {shown(found, 60)}, not a list")
        return found

    def number(self, *names: str, bits: int = 64) -> int:
        """A number below 2^bits."""
        return number(self.need(*names), self._at(names[0]), bits)

    def bytes(self, *names: str, length: int | None = None) -> bytes:
        """0x text, of `length` bytes where that is given."""
        return data(self.need(*names), self._at(names[0]), length)

    def _at(self, name: str) -> str:
        return f"{self.place}.{name}"


def number(value: object, place: str, bits: int = 64) -> int:
    """A JSON number or 0x text. Raises `ScrollWitnessUnreadable`."""
    if isinstance(value, str) and _QUANTITY.fullmatch(value):
        value = int(value, 16)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << bits:
        raise ScrollWitnessUnreadable(f"{place} is {shown(value, 60)}, not a number below 2^{bits}")
    return value


def data(value: object, place: str, length: int | None = None) -> bytes:
    """0x text as bytes. Raises `ScrollWitnessUnreadable`."""
    try:
        found = from_hex(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None:
        raise ScrollWitnessUnreadable(f"{place} is {shown(value, 60)}, not 0x text")
    if length is not None and len(found) != length:
        raise ScrollWitnessUnreadable(f"{place} has {len(found)} bytes, expected {length}")
    return found


def many(values: object, place: str) -> tuple[bytes, ...]:
    """0x texts as bytes, of a list, or of an object's values as geth gives them."""
    if isinstance(values, dict):
        values = list(values.values())
    if values is None:
        return ()
    if not isinstance(values, list):
        raise ScrollWitnessUnreadable(
            f"{place} is {shown(values, 60)}, neither a list nor an object"
        )
    return tuple(data(value, f"{place}[{position}]") for position, value in enumerate(values))
