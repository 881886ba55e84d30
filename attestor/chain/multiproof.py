"""The MultiProof contract: calldata and results."""

from attestor.chain.abi import Contract
from attestor.chain.node import Node
from attestor.chain.refusals import is_revert
from attestor.core.text import from_hex
from attestor.errors import ProofRefused, RpcError


class MultiProof:
    """A MultiProof at `address`, read through `node`."""

    def __init__(self, node: Node, address: bytes) -> None:
        self.node = node
        self.address = address
        self._contract = Contract.named("MultiProof")

    def program_calldata(
        self, program_vkey: bytes, public_values: bytes, signature: bytes
    ) -> bytes:
        """Calldata of `verifyProgram`, which computes the digest itself."""
        return self._contract.encode("verifyProgram", program_vkey, public_values, signature)

    def message_calldata(self, message: bytes, signature: bytes) -> bytes:
        """Calldata of upstream's `verifyTEEProof`; `message` is the statement's sha256."""
        return self._contract.encode("verifyTEEProof", message, signature)

    def verify_program(
        self, program_vkey: bytes, public_values: bytes, signature: bytes
    ) -> tuple[bytes, ...]:
        """The signers that the contract accepts. Raises `ProofRefused` with its reason."""
        result = self._call(self.program_calldata(program_vkey, public_values, signature))
        signers = self._contract.decode("verifyProgram", result)
        return tuple(from_hex(signer.lower()) for signer in signers)

    def verify_message(self, message: bytes, signature: bytes) -> None:
        """Raise `ProofRefused` unless upstream's call accepts the proof."""
        self._call(self.message_calldata(message, signature))

    def _call(self, calldata: bytes) -> bytes:
        try:
            return self.node.call(self.address, calldata)
        except RpcError as error:
            if not is_revert(error):
                raise
            reason = self._contract.error(error.data) or error.message
            raise ProofRefused(f"MultiProof refuses the proof: {reason}") from None
