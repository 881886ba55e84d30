"""Block headers of EVM chains: from a node's JSON to RLP and hash (yellow paper 4.4; EIP-1559,
4895, 4844, 4788, 7685, 7928, 7843; Clique is EIP-225, AuRa's seal is of OpenEthereum and
Nethermind).

A header that hashes to the claimed block hash is genuine, whatever node it came from. It is also
what the header-chain guest reads.
"""

from typing import Any

import rlp

from attestor import __version__
from attestor.core.keccak import keccak
from attestor.core.text import one_line, shown
from attestor.errors import HeaderInvalid, HeaderUnknown

Fields = tuple[tuple[str, int | None], ...]
"""Fields in order: (JSON name, length; None is a number, 0 any length)."""

COMMON_FIELDS: Fields = (
    ("parentHash", 32),
    ("sha3Uncles", 32),
    ("miner", 20),
    ("stateRoot", 32),
    ("transactionsRoot", 32),
    ("receiptsRoot", 32),
    ("logsBloom", 256),
    ("difficulty", None),
    ("number", None),
    ("gasLimit", None),
    ("gasUsed", None),
    ("timestamp", None),
    ("extraData", 0),
)

SEAL_FIELDS: Fields = (("mixHash", 32), ("nonce", 8))
AURA_SEAL_FIELDS: Fields = (("step", None), ("signature", 65))
"""What seals a block under proof of authority by AuRa, as Gnosis had it before its merge."""

FIELDS: Fields = COMMON_FIELDS + SEAL_FIELDS
"""The fields of every header of Ethereum, of rollups, and of chains under Clique."""

LATER_FIELDS: Fields = (
    ("baseFeePerGas", None),
    ("withdrawalsRoot", 32),
    ("blobGasUsed", None),
    ("excessBlobGas", None),
    ("parentBeaconBlockRoot", 32),
    ("requestsHash", 32),
    ("blockAccessListHash", 32),
    ("slotNumber", None),
)
"""Fields appended by forks, the last two by Amsterdam: a header has a prefix of them."""

BESIDE_HEADER = frozenset(
    {
        "author",
        "blobGasPrice",
        "blockExtraData",
        "blockSignature",
        "hash",
        "isEuclidV2",
        "l1BlockNumber",
        "milliTimestamp",
        "sealFields",
        "sendCount",
        "sendRoot",
        "size",
        "totalDifficulty",
        "transactions",
        "uncles",
        "withdrawals",
    }
)
"""What nodes give with a block that is not hashed: of Ethereum, Scroll, Arbitrum and BSC."""

MAX_NUMBER_BITS = 256
MAX_EXTRA_DATA = 1 << 16
"""Bytes. BSC puts its validators there every epoch (3 KiB for 45), Clique its signers, Bor the
dependencies of all transactions."""


def encode(fields: dict[str, Any]) -> bytes:
    """RLP of the header in `fields`, a block as `eth_getBlockBy…` returns it.

    Raises `HeaderInvalid` when a field is missing or malformed.
    """
    items = [_item(fields, name, length) for name, length in COMMON_FIELDS] + _seal(fields)
    present = [fields.get(name) is not None for name, _ in LATER_FIELDS]
    count = present.index(False) if False in present else len(present)
    if any(present[count:]):
        missing = LATER_FIELDS[count][0]
        raise HeaderInvalid(f"block header has later fields but no {missing}")
    items += [_item(fields, name, length) for name, length in LATER_FIELDS[:count]]
    encoded: bytes = rlp.encode(items)
    return encoded


def hash_of(encoded: bytes) -> bytes:
    """The block hash of an RLP header."""
    return keccak(encoded)


def require_known(fields: dict[str, Any]) -> None:
    """Raise `HeaderUnknown` when the block has a field that is neither of a header nor known to be
    given beside it: a later fork's, for all that can be told."""
    known = {name for name, _ in FIELDS + AURA_SEAL_FIELDS + LATER_FIELDS} | BESIDE_HEADER
    unknown = sorted(
        str(name) for name, value in fields.items() if value is not None and name not in known
    )
    if unknown:
        named = ", ".join(one_line(name)[:40] for name in unknown[:4])
        number = one_line(str(fields.get("number")))[:20]
        raise HeaderUnknown(
            f"the header of block {number} has a field {named} that attestor {__version__} does "
            "not know, so its hash cannot be checked",
            hint="update attestor, or set chain.check_headers to false",
        )


def _seal(fields: dict[str, Any]) -> list[bytes]:
    """What seals the block. Of AuRa's, OpenEthereum gives the RLP of the two fields."""
    sealed = fields.get("sealFields")
    if fields.get("mixHash") is None and isinstance(sealed, list) and len(sealed) == 2:
        return [_decoded(part) for part in sealed]
    is_aura = fields.get("mixHash") is None and fields.get("step") is not None
    form = AURA_SEAL_FIELDS if is_aura else SEAL_FIELDS
    return [_item(fields, name, length) for name, length in form]


def _decoded(part: object) -> bytes:
    try:
        found = rlp.decode(_item({"sealFields": part}, "sealFields", 0))
    except rlp.DecodingError:
        found = None
    if not isinstance(found, bytes):
        raise HeaderInvalid(
            f"block header's sealFields has {shown(part, 80)}, which is no RLP of bytes"
        )
    return found


def _item(fields: dict[str, Any], name: str, length: int | None) -> bytes:
    value = fields.get(name)
    if not isinstance(value, str) or not value.startswith("0x"):
        raise HeaderInvalid(f"block header's {name} is {shown(value, 80)}, not 0x text")
    digits = value[2:]
    try:
        raw = bytes.fromhex(digits if length is not None or len(digits) % 2 == 0 else "0" + digits)
    except ValueError:
        raise HeaderInvalid(
            f"block header's {name} is not hexadecimal: {shown(value, 80)}"
        ) from None
    if length is None:
        if len(raw) * 8 > MAX_NUMBER_BITS:
            raise HeaderInvalid(f"block header's {name} is larger than 256 bits")
        return raw.lstrip(b"\0")
    if length == 0:
        if len(raw) > MAX_EXTRA_DATA:
            raise HeaderInvalid(f"block header's {name} has {len(raw)} bytes")
    elif len(raw) != length:
        raise HeaderInvalid(f"block header's {name} has {len(raw)} bytes, expected {length}")
    return raw
