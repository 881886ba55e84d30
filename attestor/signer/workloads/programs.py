"""Programs that were sent before, so that each travels to the signer process once, and is hashed
once."""

import hashlib
import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field

from attestor.errors import ProgramChanged, ProgramUnknown
from attestor.executor.sealed_memory import SealedBytes

MAX_BYTES = 256 << 20
SEALED_FROM = 64 << 10
"""Bytes of a program that is cheaper to hand over as a descriptor than to send."""


@dataclass(frozen=True)
class KeptProgram:
    """A program with its hash (32 bytes), and for those who execute it a second copy in sealed
    memory, where it is large."""

    content: bytes = field(repr=False)
    sha256: bytes
    sealed: SealedBytes | None = field(repr=False)

    @classmethod
    def of(cls, content: bytes) -> "KeptProgram":
        """A program that has just come."""
        return cls(content, hashlib.sha256(content).digest(), _sealed(content))

    def require_named(self, name: object) -> None:
        """Raise `ProgramChanged` unless it has that sha256, in hexadecimal, if any is told."""
        if name is not None and name != self.sha256.hex():
            raise ProgramChanged(
                f"the program that was sent has the sha256 {self.sha256.hex()}, not {name!s:.64}",
                hint="the file that it was read from has been changed or is damaged",
            )

    @property
    def size(self) -> int:
        """All bytes that it takes."""
        return len(self.content) + (self.sealed.size if self.sealed is not None else 0)


class KeptPrograms:
    """By their own hash, the ones used last, in `most` bytes together. Safe to use from several
    threads."""

    def __init__(self, most: int = MAX_BYTES) -> None:
        self._most = most
        self._kept: OrderedDict[str, KeptProgram] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def keep(self, content: bytes) -> KeptProgram:
        """Keep a program; one that is larger than all room is not kept."""
        program = KeptProgram.of(content)
        name = program.sha256.hex()
        with self._lock:
            if name not in self._kept and program.size <= self._most:
                self._kept[name] = program
                self._bytes += program.size
                while self._bytes > self._most:
                    _, dropped = self._kept.popitem(last=False)
                    self._bytes -= dropped.size
        return program

    def of(self, name: str) -> KeptProgram:
        """The program of that sha256, in hexadecimal. Raises `ProgramUnknown`."""
        with self._lock:
            program = self._kept.get(name)
            if program is None:
                raise ProgramUnknown("this signer process does not have that program")
            self._kept.move_to_end(name)
            return program


def _sealed(content: bytes) -> SealedBytes | None:
    if len(content) < SEALED_FROM:
        return None
    with suppress(OSError):
        return SealedBytes("program", content)
    return None  # Without room for it the bytes are sent.
