"""Values in bincode 1.3 with its default options, as the guest's `bincode::deserialize` reads them.

Integers are little-endian and of fixed width, lengths are u64, a variant's index is u32, and an
option is a byte and what follows (bincode's specification: docs/spec.md of bincode-org/bincode).
Fields of a struct and elements of a tuple follow each other with nothing between them.

Types of alloy-primitives 0.8 (hashes, addresses, `Bytes`) and ruint's integers call
`serialize_bytes` in binary formats: a length, then the bytes, big-endian for integers.
"""

from collections.abc import Iterable

NOTHING = b"\x00"
U256_BYTES = 32


def u64(value: int) -> bytes:
    return value.to_bytes(8, "little")


def u128(value: int) -> bytes:
    return value.to_bytes(16, "little")


def boolean(value: bool) -> bytes:
    return b"\x01" if value else b"\x00"


def variant(index: int) -> bytes:
    """What stands before the fields of an enum's variant."""
    return index.to_bytes(4, "little")


def blob(content: bytes) -> bytes:
    """Bytes, a hash, an address, or a `Vec<u8>`."""
    return u64(len(content)) + content


def u256(value: int) -> bytes:
    return blob(value.to_bytes(U256_BYTES, "big"))


def option(encoded: bytes | None) -> bytes:
    return NOTHING if encoded is None else b"\x01" + encoded


def sequence(encoded: Iterable[bytes]) -> bytes:
    """A `Vec` or a map, of encoded elements or of keys with their values."""
    elements = list(encoded)
    return u64(len(elements)) + b"".join(elements)
