"""A file by which one process keeps others away.

flock(2) locks a file and not its name: once that is removed, the next process makes another file of
the name and locks that. So whoever holds one looks again before it relies on it, and takes the name
again where nobody else has."""

import fcntl
import os
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType

_ID_BYTES = 20


class LockTaken(Exception):
    """Another process has it. `holder` is its id, where it could write that there."""

    def __init__(self, holder: int | None) -> None:
        super().__init__("another process has the lock")
        self.holder = holder

    @property
    def told(self) -> str:
        """For the end of a sentence."""
        return f", as process {self.holder}" if self.holder is not None else ""


class LockFile:
    """Held until it is closed, or this process ends. Safe to use from several threads."""

    def __init__(self, path: Path, flags: int = 0, mode: int = 0o666, named: bool = True) -> None:
        """The file is made if need be, opened with `flags` too, and gets this process's id as its
        content if it is to be `named`. Raises `LockTaken` and `OSError`."""
        self.path = path
        self._flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | flags
        self._mode = mode
        self._guard = threading.Lock()
        self._descriptor = self._take()
        if named:
            _name_holder(self._descriptor)

    def require(self) -> bool:
        """Whether it had to be taken again, as its file was removed or replaced.

        Raises `LockTaken` where another process has had it since, even if that has ended: it may
        have changed what the lock is about. Raises `OSError` where the file cannot be made.
        """
        with self._guard:
            if self._descriptor < 0 or _is_at(self._descriptor, self.path):
                return False
            taken = self._take()
            if os.fstat(taken).st_size:
                holder = _holder(taken)
                os.close(taken)
                raise LockTaken(holder)
            os.close(self._descriptor)
            self._descriptor = taken
            _name_holder(taken)
            return True

    def close(self) -> None:
        """Let it go. Again is nothing."""
        with self._guard:
            if self._descriptor >= 0:
                os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> "LockFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _take(self) -> int:
        """The file of the name, locked. One that lost it between the two is left."""
        while True:
            descriptor = os.open(self.path, self._flags, self._mode)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_at(descriptor, self.path):
                    return descriptor
            except BlockingIOError:
                holder = _holder(descriptor)
                os.close(descriptor)
                raise LockTaken(holder) from None
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except OSError:
        return False


def _holder(descriptor: int) -> int | None:
    found = b""
    with suppress(OSError):
        found = os.pread(descriptor, _ID_BYTES, 0).strip()
    return int(found) if found.isdigit() else None


def _name_holder(descriptor: int) -> None:
    """Only to tell people: a disk that is full must not keep the lock from being held."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
