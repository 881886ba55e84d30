"""The registry as clients need it: whether it vouches for a signer, and the chain's time."""

from typing import Any, Protocol

from attestor.chain.node import Node
from attestor.core.keccak import keccak
from attestor.core.text import checksummed
from attestor.errors import RegistryInvalid, RpcError
from attestor.net import Deadline

VOUCHES = keccak(b"verifyAttestedProver(address)")[:4]
"""The selector of upstream's call, which our TEERegistry keeps."""


class OnChain(Protocol):
    """A contract at `address` on the chain of `node`, such as a `chain.registry.Registry`."""

    @property
    def node(self) -> Any: ...

    @property
    def address(self) -> bytes: ...


class RegistryView:
    """The registry at `address`. It is read without an ABI library, which would be the largest part
    of a client."""

    def __init__(self, node: Node, address: bytes) -> None:
        self.node = node
        self.address = address

    def within(self, deadline: Deadline) -> "RegistryView":
        """The same registry; all calls together end by the deadline."""
        return RegistryView(self.node.within(deadline), self.address)

    @property
    def chain_id(self) -> int:
        """Of the chain that it is on."""
        return self.node.chain_id

    def now(self) -> int:
        """The chain's time, which contracts judge by: Unix seconds of the newest block."""
        return self.node.head().timestamp

    def vouches_for(self, signer: bytes) -> bool:
        """Whether the registry holds the signer (20 bytes) valid now. Raises `RegistryInvalid`
        when there is no such contract, and the node's errors."""
        try:
            answer = self.node.call(self.address, VOUCHES + signer.rjust(32, b"\0"))
        except RpcError as error:
            raise self._invalid(error.message) from None
        if len(answer) != 32 or int.from_bytes(answer, "big") > 1:
            raise self._invalid(f"the answer has {len(answer)} bytes, and is no yes or no")
        return answer[31] == 1

    def require(self) -> None:
        """Raise `RegistryInvalid` when there is no such contract."""
        self.vouches_for(bytes(20))

    def _invalid(self, reason: str) -> RegistryInvalid:
        return RegistryInvalid(
            f"no TEERegistry answers at {checksummed(self.address)}: {reason}",
            hint="give the address that attestor deploy printed",
        )
