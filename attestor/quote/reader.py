"""A cursor over bytes that never reads past their end."""

from attestor.errors import QuoteInvalid


class Reader:
    """Reads parts of a quote in order. Every failure is a `QuoteInvalid` that names the part."""

    def __init__(self, data: bytes, base: int = 0) -> None:
        """`base` is the offset of `data` in the whole quote, for messages."""
        self._data = data
        self._base = base
        self._position = 0

    @property
    def before(self) -> bytes:
        """What was read so far."""
        return self._data[: self._position]

    @property
    def after(self) -> bytes:
        """What was not read yet."""
        return self._data[self._position :]

    def peek(self) -> int | None:
        """The next byte, which stays unread; None at the end."""
        return self._data[self._position] if self._position < len(self._data) else None

    def take(self, count: int, part: str) -> bytes:
        """The next `count` bytes."""
        left = len(self._data) - self._position
        if count > left:
            offset = self._base + self._position
            raise QuoteInvalid(f"{part} at {offset} needs {count} bytes, {left} are left")
        start = self._position
        self._position += count
        return self._data[start : self._position]

    def u16(self, part: str) -> int:
        return int.from_bytes(self.take(2, part), "little")

    def u32(self, part: str) -> int:
        return int.from_bytes(self.take(4, part), "little")

    def part(self, count: int, part: str) -> "Reader":
        """A reader of the next `count` bytes only."""
        base = self._base + self._position
        return Reader(self.take(count, part), base)

    def require_end(self, part: str) -> None:
        """Raise unless everything was read."""
        left = len(self._data) - self._position
        if left:
            offset = self._base + self._position
            raise QuoteInvalid(f"{left} bytes too many in {part}, from {offset}")
