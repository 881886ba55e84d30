"""Bytes in memory that others can be given to read, and nobody can change (memfd_create(2))."""

import errno
import fcntl
import os

SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
_MFD_NOEXEC_SEAL = 0x8
"""Where the kernel knows the flag, Linux 6.3 and later."""


class SealedBytes:
    """Its descriptor is closed with the last reference to it."""

    def __init__(self, name: str, content: bytes) -> None:
        """Raises `OSError` where there is no room."""
        self.size = len(content)
        self._descriptor: int | None = make(name, _MFD_NOEXEC_SEAL)
        fill(self._descriptor, content)

    def fileno(self) -> int:
        """The descriptor, to be sent to another process."""
        assert self._descriptor is not None
        return self._descriptor

    def __del__(self) -> None:
        # Not there where the constructor raised.
        if getattr(self, "_descriptor", None) is not None:
            os.close(self.fileno())


def make(name: str, flag: int) -> int:
    """A descriptor of an empty file in memory, with that flag where the kernel knows it. Raises
    `OSError`."""
    flags = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
    try:
        return os.memfd_create(name, flags | flag)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        return os.memfd_create(name, flags)


def fill(descriptor: int, content: bytes) -> None:
    """Write these bytes, which nobody can change any more then, nor unseal. Raises `OSError`."""
    with os.fdopen(descriptor, "wb", closefd=False) as file:
        file.write(content)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, SEALS)
