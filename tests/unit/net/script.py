"""A connection that plays a script: the peer's bytes, in the pieces in which they arrive."""

from collections.abc import Iterable

from attestor.errors import HttpFailed
from attestor.net.deadline import Deadline


class Script:
    """Gives each piece once, then the peer's end; an exception among them is raised."""

    def __init__(self, pieces: Iterable[bytes | HttpFailed], fails: HttpFailed | None = None):
        self.pieces = list(pieces)
        self.fails = fails
        self.sent = b""
        self.closed = False
        self.quiet = True

    def send(self, data: bytes, deadline: Deadline) -> None:
        self.sent += data
        if self.fails is not None:
            raise self.fails

    def receive(self, deadline: Deadline, phase: str) -> bytes:
        piece = self.pieces.pop(0) if self.pieces else b""
        if isinstance(piece, HttpFailed):
            raise piece
        return piece

    def is_quiet(self) -> bool:
        return self.quiet

    def abort(self) -> None:
        self.closed = True

    def close(self) -> None:
        self.closed = True
