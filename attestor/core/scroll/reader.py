"""Reading untrusted bytes from the front: fixed lengths, and ABI arguments in their one form."""

from collections.abc import Sequence
from typing import Literal

from attestor.errors import AttestorError

WORD = 32
Argument = Literal["word", "bytes", "bytes[]"]
Value = bytes | tuple[bytes, ...]


class Reader:
    """Takes bytes one part after the other. `error` is raised for what is cut off or left over."""

    def __init__(self, data: bytes, what: str, error: type[AttestorError]) -> None:
        self._data = data
        self._what = what
        self._error = error
        self.position = 0

    def take(self, count: int, part: str) -> bytes:
        """The next `count` bytes."""
        end = self.position + count
        if end > len(self._data):
            raise self._error(
                f"{self._what} ends at byte {len(self._data)}, in its {part} (bytes "
                f"{self.position} to {end})"
            )
        found = self._data[self.position : end]
        self.position = end
        return found

    def number(self, size: int, part: str) -> int:
        """The next `size` bytes as a big-endian number."""
        return int.from_bytes(self.take(size, part))

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(len(self._data) - self.position, "end")

    def finish(self) -> None:
        """Raises unless all was taken."""
        left = len(self._data) - self.position
        if left:
            raise self._error(f"{self._what} has {left} bytes after its end")

    def fail(self, fault: str) -> AttestorError:
        """The error that what was read is wrong: to be raised."""
        return self._error(f"{self._what}: {fault}")


def arguments(reader: Reader, types: Sequence[Argument]) -> list[Value]:
    """ABI-encoded arguments, in the form that every encoder gives them.

    Offsets must follow one another without gaps and padding must be zero, so that no two calldata
    mean the same, and no part is read twice.
    """
    heads = [reader.take(WORD, f"argument {position}") for position in range(len(types))]
    start = reader.position - WORD * len(types)
    found: list[Value] = []
    for position, (kind, head) in enumerate(zip(types, heads, strict=True)):
        if kind == "word":
            found.append(head)
            continue
        _require_offset(reader, int.from_bytes(head), start, f"argument {position}")
        part = f"argument {position}"
        found.append(_bytes(reader, part) if kind == "bytes" else _list(reader, part))
    reader.finish()
    return found


def _list(reader: Reader, part: str) -> tuple[bytes, ...]:
    count = int.from_bytes(reader.take(WORD, f"{part}'s length"))
    start = reader.position
    # One word each is there, or this ends: the count allocates nothing.
    offsets = [int.from_bytes(reader.take(WORD, f"{part}'s offsets")) for _ in range(count)]
    items = []
    for position, offset in enumerate(offsets):
        _require_offset(reader, offset, start, f"{part}[{position}]")
        items.append(_bytes(reader, f"{part}[{position}]"))
    return tuple(items)


def _bytes(reader: Reader, part: str) -> bytes:
    length = int.from_bytes(reader.take(WORD, f"{part}'s length"))
    found = reader.take(length, part)
    if any(reader.take(-length % WORD, f"{part}'s padding")):
        raise reader.fail(f"the padding of {part} is not zero")
    return found


def _require_offset(reader: Reader, offset: int, start: int, part: str) -> None:
    if start + offset != reader.position:
        raise reader.fail(
            f"{part} is said to be at byte {start + offset}, and is at {reader.position}"
        )
