"""The report data of `generateAttestationReport`.

    [0..12]  zero
    [12..32] address of the key that signs PoEs
    [32..64] the last 32 bytes of what the caller gave

The caller chooses half of it, in a layout that registries of other keys read as well: the key must
therefore be one that signs nothing but PoEs.
"""

SIZE = 64
GIVEN = 32
ADDRESS_BYTES = 20


def given_part(given: bytes) -> bytes:
    """The 32 bytes that count of what a caller gave: it is aligned to the right in 64 bytes, and
    its first half is not used.

    Raises `ValueError` when it has more than 64 bytes.
    """
    if len(given) > SIZE:
        raise ValueError(f"the report data has {len(given)} bytes, at most {SIZE}")
    return given.rjust(SIZE, b"\0")[-GIVEN:]


def compose(address: bytes, given: bytes) -> bytes:
    """64 bytes, of which the caller gave what `given_part` takes. Raises `ValueError`."""
    if len(address) != ADDRESS_BYTES:
        raise ValueError(f"the address has {len(address)} bytes, not {ADDRESS_BYTES}")
    return bytes(SIZE - GIVEN - ADDRESS_BYTES) + address + given_part(given)
