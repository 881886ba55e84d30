"""The 64 bytes that a quote carries for us: which signer, and which block it was made after.

    report data = 12 zero bytes ‖ signer (20) ‖ digest (32)
    digest      = keccak256(abi.encode(uint256 block number, bytes32 block hash, address signer))

The layout is that of automata's SP1TEEProverRegistry; the TEERegistry contract computes it too.
"""

from eth_utils.crypto import keccak

from attestor.errors import ReportDataInvalid

LENGTH = 64
SIGNER_BYTES = 20
BLOCK_HASH_BYTES = 32
_PADDING = bytes(12)
_MAX_BLOCK_NUMBER = (1 << 64) - 1


def encode(signer: bytes, block_number: int, block_hash: bytes) -> bytes:
    """Report data (64 bytes) for a signer (20) and a reference block (number, hash of 32).

    Raises `ReportDataInvalid` for a zero signer or hash, a number outside of uint64, and
    anything of the wrong type or length.
    """
    _require_bytes(signer, SIGNER_BYTES, "signer")
    _require_bytes(block_hash, BLOCK_HASH_BYTES, "block hash")
    if type(block_number) is not int or not 0 <= block_number <= _MAX_BLOCK_NUMBER:
        raise ReportDataInvalid(f"block number {block_number!r:.80} is not a uint64")
    words = block_number.to_bytes(32, "big") + block_hash + _PADDING + signer
    return _PADDING + signer + keccak(words)


def decode(report_data: bytes) -> tuple[bytes, bytes]:
    """(signer, digest) of report data; the digest can only be compared, by `matches`.

    Raises `ReportDataInvalid` when the bytes cannot have come from `encode`.
    """
    if type(report_data) is not bytes or len(report_data) != LENGTH:
        raise ReportDataInvalid(f"report data is not {LENGTH} bytes: {report_data!r:.80}")
    padding, signer, digest = report_data[:12], report_data[12:32], report_data[32:]
    if padding != _PADDING:
        raise ReportDataInvalid("report data does not start with 12 zero bytes")
    _require_bytes(signer, SIGNER_BYTES, "signer")
    return signer, digest


def matches(report_data: bytes, signer: bytes, block_number: int, block_hash: bytes) -> bool:
    """Whether `report_data` binds exactly this signer and block. Raises as `encode` does."""
    return report_data == encode(signer, block_number, block_hash)


def _require_bytes(value: bytes, length: int, name: str) -> None:
    if type(value) is not bytes or len(value) != length:
        raise ReportDataInvalid(f"{name} is not {length} bytes: {value!r:.80}")
    if not any(value):
        raise ReportDataInvalid(f"{name} is zero")
