"""JSON objects of contexts, read field by field; errors name the place."""

import re
from typing import Any

from attestor.core.text import from_hex, shown
from attestor.errors.avs import ContextInvalid

MAX_U64 = (1 << 64) - 1
_DIGITS = re.compile(r"[0-9]{1,20}")


class Fields:
    """An object at a place. All that reads raises `ContextInvalid`; fields that are not read are
    not looked at."""

    def __init__(self, value: object, place: str) -> None:
        if not isinstance(value, dict):
            raise ContextInvalid(f"{place} is {shown(value, 80)}, not an object")
        self._value: dict[str, Any] = value
        self.place = place

    def get(self, name: str) -> Any:
        """The field as it is; None when it is not there."""
        return self._value.get(name)

    def object(self, name: str) -> "Fields":
        """An object."""
        return Fields(self.get(name), f"{self.place}.{name}")

    def items(self, name: str, most: int | None = None) -> list[Any]:
        """A list, of `most` items at most."""
        found = self.get(name)
        if not isinstance(found, list):
            raise ContextInvalid(f"{self.place}.{name} is {shown(found, 80)}, not a list")
        if most is not None and len(found) > most:
            raise ContextInvalid(f"{self.place}.{name} has {len(found)} items, at most {most}")
        return found

    def data(self, name: str, size: int | None = None) -> bytes:
        """0x text of so many bytes."""
        return _bytes(self.get(name), f"{self.place}.{name}", size)

    def data_items(self, name: str) -> list[bytes]:
        """A list of 0x texts."""
        found = enumerate(self.items(name))
        return [_bytes(item, f"{self.place}.{name}[{place}]", None) for place, item in found]

    def number(self, name: str) -> int:
        """A JSON number of 64 bits."""
        found = self.get(name)
        if type(found) is not int or not 0 <= found <= MAX_U64:
            raise ContextInvalid(
                f"{self.place}.{name} is {shown(found, 40)}, not a number of 64 bits"
            )
        return found

    def hashes_by_number(self, name: str) -> dict[int, bytes]:
        """An object from decimal numbers to 32 bytes."""
        found = self.object(name)
        made = {}
        for key in found._value:
            number = int(key) if _DIGITS.fullmatch(key) else MAX_U64 + 1
            if number > MAX_U64 or number in made:
                raise ContextInvalid(
                    f"{found.place} has the key {shown(key, 40)}, no number of 64 bits of its own"
                )
            made[number] = found.data(key, 32)
        return made


def _bytes(text: object, place: str, size: int | None) -> bytes:
    try:
        found = from_hex(text) if isinstance(text, str) else None
    except ValueError:
        found = None
    if found is None or size not in (None, len(found)):
        what = "0x text" if size is None else f"0x text of {size} bytes"
        raise ContextInvalid(f"{place} is {shown(text, 80)}, not {what}")
    return found
