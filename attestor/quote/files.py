"""The file operations that configfs-tsm needs, so that tests can replace the kernel."""

import errno
import os
from typing import Protocol


class Files(Protocol):
    """Every method raises `OSError` as the kernel does."""

    def listdir(self, path: str) -> list[str]: ...

    def mkdir(self, path: str) -> None: ...

    def rmdir(self, path: str) -> None: ...

    def read(self, path: str, limit: int) -> bytes:
        """The whole file; EFBIG when it has more than `limit` bytes."""

    def write(self, path: str, data: bytes) -> None:
        """All of `data` in a single write to a file that exists."""


class OwnedFiles(Files, Protocol):
    """With what it takes to hand a file to another user."""

    def exists(self, path: str) -> bool: ...

    def chown(self, path: str, uid: int) -> None: ...


class LinuxFiles:
    """The real ones."""

    def listdir(self, path: str) -> list[str]:
        return os.listdir(path)

    def mkdir(self, path: str) -> None:
        os.mkdir(path, 0o700)

    def rmdir(self, path: str) -> None:
        os.rmdir(path)

    def exists(self, path: str) -> bool:
        return os.path.exists(path)

    def chown(self, path: str, uid: int) -> None:
        os.chown(path, uid, -1)

    def read(self, path: str, limit: int) -> bytes:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            data = b""
            while chunk := os.read(descriptor, limit + 1 - len(data)):
                data += chunk
                if len(data) > limit:
                    raise OSError(errno.EFBIG, f"more than {limit} bytes", path)
            return data
        finally:
            os.close(descriptor)

    def write(self, path: str, data: bytes) -> None:
        # Neither O_CREAT nor O_TRUNC: some implementations of configfs reject them.
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            written = os.write(descriptor, data)
        finally:
            os.close(descriptor)
        if written != len(data):
            raise OSError(errno.EIO, f"wrote {written} of {len(data)} bytes", path)
