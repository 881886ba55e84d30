"""keccak256, without what loading it costs those who do not hash: commands that only read options
have to answer at once."""

from collections.abc import Callable
from functools import cache


def keccak(data: bytes) -> bytes:
    """The hash (32 bytes) of any bytes."""
    return _loaded()(data)


@cache
def _loaded() -> Callable[[bytes], bytes]:
    from eth_utils.crypto import keccak as loaded

    return loaded
