"""keccak256, from the library that has nothing else to load. It is loaded by the first hash:
commands that only read options have to answer at once."""

from collections.abc import Callable
from functools import cache


def keccak(data: bytes) -> bytes:
    """The hash (32 bytes) of any bytes."""
    return _loaded()(data)


@cache
def _loaded() -> Callable[[bytes], bytes]:
    from Crypto.Hash.keccak import new

    return lambda data: new(data=data, digest_bits=256).digest()
