"""Files that people name, read and written whole.

What is no regular file is refused: a pipe would be waited for as long as nobody writes to it, and
a device need not have an end, and what is renamed to its name takes its place.
"""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFDIR: "a folder",
}


def read(path: Path, limit: int) -> bytes:
    """The first `limit` bytes, or all where it has fewer. Raises `OSError`."""
    with os.fdopen(descriptor(path), "rb") as file:
        return file.read(limit)


def write(path: Path, data: bytes, mode: int = 0o666, replaces: bool = True) -> None:
    """Whole or not at all; a link stays one. Unless it `replaces` what has the name, there must be
    nothing. Raises `OSError`."""
    with suppress(FileNotFoundError):
        require(path)
    place = Path(os.path.realpath(path)) if replaces else path
    partial = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(partial, flags, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if replaces:
            partial.replace(place)
        else:
            os.link(partial, place)
    finally:
        with suppress(OSError):
            partial.unlink()


def descriptor(path: Path) -> int:
    """The file, open for reading. Raises `OSError`."""
    require(path)
    try:
        # O_NONBLOCK for what took its place since: the open of a pipe returns at once then.
        opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except ValueError as error:
        raise OSError(errno.EINVAL, str(error), str(path)) from None
    try:
        _require(os.fstat(opened).st_mode, path)
    except OSError:
        os.close(opened)
        raise
    return opened


def require(path: Path) -> None:
    """For a path that another library opens. Raises `OSError` unless it names a regular file."""
    try:
        found = os.stat(path)
    except ValueError as error:  # A zero byte in the path.
        raise OSError(errno.EINVAL, str(error), str(path)) from None
    _require(found.st_mode, path)


def _require(mode: int, path: Path) -> None:
    if not stat.S_ISREG(mode):
        kind = KINDS.get(stat.S_IFMT(mode), "something else")
        raise OSError(errno.EINVAL, f"it is {kind}, not a regular file", str(path))
