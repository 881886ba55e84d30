"""header-chain: that some block headers form a chain.

stdin: u32 LE count, then one entry per header, its RLP, oldest first. Public values: number,
hash and state root of the first and of the last header, six ABI words.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from attestor.core import header

NAME = "header-chain"


@dataclass(frozen=True)
class Result:
    first_number: int
    first_hash: bytes
    first_state_root: bytes
    last_number: int
    last_hash: bytes
    last_state_root: bytes


def stdin(blocks: Iterable[dict[str, Any]]) -> list[bytes]:
    """The stdin for blocks as `eth_getBlockBy…` returns them."""
    headers = [header.encode(block) for block in blocks]
    return [struct.pack("<I", len(headers)), *headers]


def decode(public_values: bytes) -> Result:
    """The public values, decoded."""
    words = struct.unpack("32s32s32s32s32s32s", public_values)
    return Result(
        first_number=int.from_bytes(words[0], "big"),
        first_hash=words[1],
        first_state_root=words[2],
        last_number=int.from_bytes(words[3], "big"),
        last_hash=words[4],
        last_state_root=words[5],
    )
