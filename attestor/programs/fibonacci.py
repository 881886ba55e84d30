"""fibonacci: the example of upstream's client.

stdin: one entry, u32 LE n. Public values: n, a, b as u32 LE, the n-th pair modulo 7919.
"""

import struct
from dataclasses import dataclass

NAME = "fibonacci"


@dataclass(frozen=True)
class Result:
    n: int
    a: int
    b: int


def stdin(n: int) -> list[bytes]:
    """The stdin for `n`."""
    return [struct.pack("<I", n)]


def decode(public_values: bytes) -> Result:
    """The public values, decoded."""
    return Result(*struct.unpack("<III", public_values))


def encode(result: Result) -> bytes:
    """The public values of a result."""
    return struct.pack("<III", result.n, result.a, result.b)
