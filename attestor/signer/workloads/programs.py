"""Programs that were sent before, so that each travels to the signer process once."""

import hashlib
import threading
from collections import OrderedDict

from attestor.errors import ProgramUnknown

MAX_BYTES = 256 << 20


class KeptPrograms:
    """By their own hash, the ones used last, in `most` bytes together. Safe to use from several
    threads."""

    def __init__(self, most: int = MAX_BYTES) -> None:
        self._most = most
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def keep(self, program: bytes) -> bytes:
        """Keep a program, which is returned; one that is larger than all room is not kept."""
        name = hashlib.sha256(program).hexdigest()
        with self._lock:
            if name not in self._kept and len(program) <= self._most:
                self._kept[name] = program
                self._bytes += len(program)
                while self._bytes > self._most:
                    _, dropped = self._kept.popitem(last=False)
                    self._bytes -= len(dropped)
        return program

    def of(self, name: str) -> bytes:
        """The program of that sha256, in hexadecimal. Raises `ProgramUnknown`."""
        with self._lock:
            program = self._kept.get(name)
            if program is None:
                raise ProgramUnknown("this signer process does not have that program")
            self._kept.move_to_end(name)
            return program
