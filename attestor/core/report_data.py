"""Report data: the 64 bytes of a quote that bind it to a signer and a block.

Ours, which also binds chain and registry (contracts/src/libraries/ReportData.sol):

    signer (20) ‖ block number (8, big-endian) ‖ tag (4) ‖ digest (32)
    digest = keccak256(abi.encode(TYPE_HASH, chain id, registry, signer, number, block hash))

The tag is "ATT1" for an admission and "ATR1" for a renewal: neither quote serves for the other. A
renewal's digest ends with the template of its admission, by another type: it serves for no other.

Upstream's, as Automata's SP1TEEProverRegistry reads it:

    12 zero bytes ‖ signer (20) ‖ digest (32)
    digest = keccak256(abi.encode(uint256 number, bytes32 block hash, address signer))
"""

from dataclasses import dataclass
from enum import StrEnum

from attestor.core.keccak import keccak
from attestor.errors import ReportDataInvalid

LENGTH = 64
SIGNER_BYTES = 20
TEMPLATE_BYTES = 20
BLOCK_HASH_BYTES = 32
_PADDING = bytes(12)
_MAX_BLOCK_NUMBER = (1 << 64) - 1
_TYPE = (
    b"ReportData(uint256 chainId,address registry,address signer,uint64 blockNumber,"
    b"bytes32 blockHash)"
)
_RENEWAL_TYPE = (
    b"RenewalReportData(uint256 chainId,address registry,address signer,uint64 blockNumber,"
    b"bytes32 blockHash,address template)"
)


class Purpose(StrEnum):
    """What a quote of ours is to be registered by."""

    ADMISSION = "admission"
    RENEWAL = "renewal"

    @classmethod
    def of(cls, report_data: bytes) -> "Purpose":
        """What a quote with this report data (64 bytes, our layout) is for. Raises
        `ReportDataInvalid` for another tag."""
        for purpose, tag in _TAGS.items():
            if report_data[28:32] == tag:
                return purpose
        raise ReportDataInvalid(f"report data with the tag {report_data[28:32]!r}")


_TAGS = {Purpose.ADMISSION: b"ATT1", Purpose.RENEWAL: b"ATR1"}


class Layout(StrEnum):
    """The layout that a registry reads."""

    ATTESTOR = "attestor"
    UPSTREAM = "upstream"


@dataclass(frozen=True)
class Binding:
    """Where quotes are to be registered: a registry (20 bytes) on a chain, and its layout."""

    chain_id: int
    registry: bytes
    layout: Layout

    def encode(
        self,
        signer: bytes,
        block_number: int,
        block_hash: bytes,
        template: bytes | None = None,
    ) -> bytes:
        """Report data (64 bytes) for a signer (20) and a reference block (number, hash of 32): for
        a renewal under the admission of `template` (20), or for an admission without. Upstream's
        layout knows no renewals.

        Raises `ReportDataInvalid` for a zero signer, hash or template, a number outside of uint64,
        and anything of the wrong type or length.
        """
        _require_bytes(signer, SIGNER_BYTES, "signer")
        _require_bytes(block_hash, BLOCK_HASH_BYTES, "block hash")
        if type(block_number) is not int or not 0 <= block_number <= _MAX_BLOCK_NUMBER:
            raise ReportDataInvalid(f"block number {block_number!r:.80} is not a uint64")
        number = block_number.to_bytes(32, "big")
        if template is not None:
            _require_bytes(template, TEMPLATE_BYTES, "template")
        if self.layout is Layout.UPSTREAM:
            if template is not None:
                raise ReportDataInvalid("upstream's report data is for no renewal")
            return _PADDING + signer + keccak(number + block_hash + _PADDING + signer)
        place = self.chain_id.to_bytes(32, "big") + _PADDING + self.registry
        bound = place + _PADDING + signer + number + block_hash
        if template is None:
            return signer + number[24:] + _TAGS[Purpose.ADMISSION] + keccak(keccak(_TYPE) + bound)
        digest = keccak(keccak(_RENEWAL_TYPE) + bound + _PADDING + template)
        return signer + number[24:] + _TAGS[Purpose.RENEWAL] + digest


def _require_bytes(value: bytes, length: int, name: str) -> None:
    if type(value) is not bytes or len(value) != length:
        raise ReportDataInvalid(f"{name} is not {length} bytes: {value!r:.80}")
    if not any(value):
        raise ReportDataInvalid(f"{name} is zero")
