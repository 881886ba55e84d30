"""The report data of `generateAttestationReport`.

    [0..12]  zero
    [12..32] address of the key that signs PoEs
    [32..64] the last 32 bytes of what the caller gave

The caller chooses half of it, in a layout that registries of other keys read as well: the key must
therefore be one that signs nothing but PoEs.
"""

SIZE = 64
ADDRESS_BYTES = 20


def compose(address: bytes, given: bytes) -> bytes:
    """64 bytes. What the caller gave is aligned to the right; its first half is not used.

    Raises `ValueError` when it has more than 64 bytes.
    """
    if len(address) != ADDRESS_BYTES:
        raise ValueError(f"the address has {len(address)} bytes, not {ADDRESS_BYTES}")
    if len(given) > SIZE:
        raise ValueError(f"the report data has {len(given)} bytes, at most {SIZE}")
    return bytes(12) + address + given.rjust(SIZE, b"\0")[32:]
