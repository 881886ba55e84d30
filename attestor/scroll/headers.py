"""Block headers as JSON of any dialect, to the RLP that is hashed, and back."""

import rlp

from attestor.core import header
from attestor.core.text import to_hex
from attestor.errors import HeaderInvalid
from attestor.errors.scroll import ScrollWitnessUnreadable
from attestor.scroll.fields import Fields

_OTHER_NAMES = {
    "sha3Uncles": ("ommers_hash", "uncles_hash", "sha3_uncles"),
    "miner": ("beneficiary", "coinbase"),
    "mixHash": ("mix_hash", "mix_digest"),
    "requestsHash": ("requests_hash", "requests_root"),
}
"""Names that are not the same words in another case."""
_MOST_BYTES = 2 * header.MAX_EXTRA_DATA
_FORM = header.FIELDS + header.LATER_FIELDS


def encode(fields: Fields) -> bytes:
    """The header's RLP. Raises `ScrollWitnessUnreadable`."""
    plain: dict[str, str | None] = {}
    for name, length in _FORM:
        names = (name, _snake(name), *_OTHER_NAMES.get(name, ()))
        if not fields.has(*names):
            plain[name] = None
        elif length is None:
            plain[name] = hex(fields.number(*names, bits=header.MAX_NUMBER_BITS))
        else:
            plain[name] = to_hex(fields.bytes(*names, length=length or None))
    try:
        return header.encode(plain)
    except HeaderInvalid as error:
        raise ScrollWitnessUnreadable(f"{fields.place}: {error.message}") from None


def decode(encoded: bytes) -> dict[str, str | int | None]:
    """The header as the JSON of witness files: snake_case, numbers as 0x text."""
    items = rlp.decode(encoded)
    found: dict[str, str | int | None] = {}
    for (name, length), item in zip(_FORM, items, strict=False):
        value = hex(int.from_bytes(item)) if length is None else to_hex(item)
        found[_OTHER_NAMES.get(name, (_snake(name),))[0]] = value
    return found


def require(encoded: bytes, place: str) -> bytes:
    """The same bytes, if they are a header's RLP. Raises `ScrollWitnessUnreadable`: bytes of a node
    may be anything, whatever they hash to."""
    try:
        items = rlp.decode(encoded) if len(encoded) <= _MOST_BYTES else None
    except (rlp.DecodingError, RecursionError):
        items = None
    is_form = isinstance(items, list) and all(isinstance(item, bytes) for item in items)
    if not is_form or encode(Fields(decode(encoded), place)) != encoded:
        raise ScrollWitnessUnreadable(f"{place} is no header in RLP")
    return encoded


def state_root(encoded: bytes) -> bytes:
    """The root that the header commits to."""
    found: bytes = rlp.decode(encoded)[3]
    return found


def parent_hash(encoded: bytes) -> bytes:
    """The hash of the block before it."""
    found: bytes = rlp.decode(encoded)[0]
    return found


def number(encoded: bytes) -> int:
    """The block's number."""
    return int.from_bytes(rlp.decode(encoded)[8])


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name)


def timestamp(encoded: bytes) -> int:
    """The block's time, in seconds."""
    return int.from_bytes(rlp.decode(encoded)[11])
