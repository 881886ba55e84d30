"""What a proof of an rsp program says of the block.

The published build commits nothing: there the statement's stdin hash names the block, as the stdin
holds it. Other builds commit the hash of the block's header (succinctlabs/rsp, bin/client).
"""

from attestor.core.text import to_hex
from attestor.errors import ProofRefused

HASH_BYTES = 32
_LENGTH = HASH_BYTES.to_bytes(8, "little")


def committed_hash(public_values: bytes) -> bytes | None:
    """The 32 bytes that the program committed, as they are or in bincode; None without any.

    Raises `ProofRefused` for public values of another program.
    """
    if not public_values:
        return None
    found = public_values.removeprefix(_LENGTH)
    if len(found) != HASH_BYTES:
        raise ProofRefused(
            f"the program committed {len(public_values)} bytes, which are no block hash",
            hint="it is not an rsp program",
        )
    return found


def require_block(public_values: bytes, block_hash: bytes) -> bool:
    """Whether the program committed a block, which then has to be this one (32 bytes)."""
    found = committed_hash(public_values)
    if found is not None and found != block_hash:
        raise ProofRefused(
            f"the program committed block {to_hex(found)}, asked was {to_hex(block_hash)}"
        )
    return found is not None
