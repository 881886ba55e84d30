"""The CollateralStore contract: calldata of its uploads."""

from attestor.chain.abi import Contract
from attestor.chain.node import Node


class CollateralStore:
    """A CollateralStore at `address`, read through `node`."""

    def __init__(self, node: Node, address: bytes) -> None:
        self.node = node
        self.address = address
        self._contract = Contract.named("CollateralStore")

    def der_calldata(self, function: str, der: bytes) -> bytes:
        """Calldata of an upload of a certificate or a CRL."""
        return self._contract.encode(function, der)

    def json_calldata(self, function: str, text: bytes, signature: bytes) -> bytes:
        """Calldata of an upload of a signed text; the signature is r ‖ s, 64 bytes."""
        return self._contract.encode(function, text, signature[:32], signature[32:])
