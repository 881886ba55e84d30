"""Memory for secrets: locked, in no core dump, empty in a child, and overwritten when given back.

Python's own objects cannot be overwritten, nor kept from being copied: a secret is made and used in
such a buffer, and never becomes one.
"""

import ctypes
import mmap
import os

from coincurve._libsecp256k1 import ffi

from attestor.errors import MemoryNotLocked

_MADV_WIPEONFORK = 18
"""Not among the constants of Python's mmap. Since Linux 4.14."""


class SecretBuffer:
    """A page of its own per secret. Not for several threads at once."""

    def __init__(self, size: int) -> None:
        """`size` zero bytes, of a page at most. Raises `MemoryNotLocked`."""
        assert 0 < size <= mmap.PAGESIZE
        self._size = size
        self._page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._bytes = ffi.from_buffer("unsigned char[]", self._page, require_writable=True)
        try:
            _lock(self.address)
            self._page.madvise(mmap.MADV_DONTDUMP)
            self._page.madvise(_MADV_WIPEONFORK)
        except OSError as error:
            self.destroy()
            raise MemoryNotLocked(
                f"the memory of a key cannot be locked: {os.strerror(error.errno or 0)}",
                hint="raise the limit of locked memory: LimitMEMLOCK of a unit, or ulimit -l",
            ) from None

    @property
    def data(self) -> "ffi.CData":
        """The bytes, as libsecp256k1 takes them. Raises `ValueError` once destroyed."""
        if self._page.closed:
            raise ValueError("the buffer is destroyed")
        return self._bytes

    @property
    def address(self) -> int:
        """Where they are in memory."""
        return int(ffi.cast("uintptr_t", self.data))

    def view(self, first: int = 0, last: int | None = None) -> memoryview:
        """A part of it, to read and to write, for a `with` block that ends before `destroy`.
        Raises `ValueError` once destroyed."""
        return memoryview(self._page)[first : self._size if last is None else last]

    def fill(self) -> None:
        """Random bytes from the kernel, which go nowhere else."""
        libc = ctypes.CDLL(None, use_errno=True)
        # Up to 256 bytes are given whole and without interruption (getrandom(2)).
        taken = libc.getrandom(ctypes.c_void_p(self.address), ctypes.c_size_t(self._size), 0)
        if taken != self._size:
            raise OSError(ctypes.get_errno(), "getrandom gave too little")

    def read_from(self, descriptor: int) -> int:
        """Fill it from a file; how many bytes came. Raises `OSError`."""
        return os.readv(descriptor, [memoryview(self._page)[: self._size]])

    def destroy(self) -> None:
        """Overwrite the page and give it back. Again is nothing."""
        if self._page.closed:
            return
        self._page[:] = bytes(mmap.PAGESIZE)
        ffi.release(self._bytes)
        self._page.close()


def _lock(address: int) -> None:
    """mlock the page. Raises `OSError`."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mlock(ctypes.c_void_p(address), ctypes.c_size_t(mmap.PAGESIZE)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
