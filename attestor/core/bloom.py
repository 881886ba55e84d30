"""The bloom filter of a block's logs (yellow paper 4.4.3): which contracts and topics cannot be in
any of them."""

from attestor.core.keccak import keccak

_BITS = 2048
_BITS_PER_ENTRY = 3


def bits_of(*entries: bytes) -> int:
    """The bits that a log with these addresses and topics sets, as a number of 256 bytes. Each
    entry sets three, from two bytes of its hash each."""
    number = 0
    for entry in entries:
        digest = keccak(entry)
        for place in range(0, 2 * _BITS_PER_ENTRY, 2):
            number |= 1 << int.from_bytes(digest[place : place + 2], "big") % _BITS
    return number
