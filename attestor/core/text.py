"""Bytes to 0x text and back, alone and in JSON; untrusted text as one line that is safe to
print."""

import json
import re
from functools import lru_cache

from attestor.core.keccak import keccak

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{40}\b")
MAX_CHECKSUMMED = 1024
"""Addresses whose text is kept: the same few are told again and again."""


def to_hex(data: bytes) -> str:
    """0x and lower-case digits."""
    return "0x" + bytes(data).hex()


def from_hex(text: str) -> bytes:
    """The bytes of 0x text, an even number of digits. Raises `ValueError`."""
    if not text.startswith("0x"):
        raise ValueError(f"{text!r:.80} does not start with 0x")
    found = bytes.fromhex(text[2:])
    # Which reads over spaces.
    if len(text) != 2 + 2 * len(found):
        raise ValueError(f"{text!r:.80} has more than digits")
    return found


@lru_cache(MAX_CHECKSUMMED)
def checksummed(address: bytes) -> str:
    """An address of 20 bytes as EIP-55 text."""
    if len(address) != 20:
        raise ValueError(f"an address has 20 bytes, not {len(address)}")
    digits = bytes(address).hex()
    hashed = keccak(digits.encode()).hex()
    shown = (a.upper() if int(h, 16) > 7 else a for a, h in zip(digits, hashed, strict=False))
    return "0x" + "".join(shown)


def with_checksums(text: str) -> str:
    """`text` with each address that is in it, 0x and 40 digits, as EIP-55 text."""
    return _ADDRESS.sub(lambda found: checksummed(bytes.fromhex(found[0][2:])), text)


def plain_json(value: object) -> object:
    """`value` with bytes as 0x text, and tuples as lists."""
    match value:
        case bytes():
            return to_hex(value)
        case dict():
            return {name: plain_json(part) for name, part in value.items()}
        case tuple() | list():
            return [plain_json(part) for part in value]
        case _:
            return value


def shown(value: object, most: int) -> str:
    """A value of somebody's JSON for a message: as JSON has it, of which `most` characters are
    shown; of what holds other values, what it is."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, str) and len(value) > most:
        return json.dumps(value[:most]) + "…"
    told = json.dumps(value)
    return told if isinstance(value, str) or len(told) <= most else told[:most] + "…"


def one_line(text: str) -> str:
    """`text` as a single line without control characters.

    Text of nodes, services and guest programs ends up in logs and terminals, where it must not
    forge lines or move the cursor.
    """
    return "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))
