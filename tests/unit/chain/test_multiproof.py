"""What MultiProof says of a proof, and what a node says of being asked."""

import pytest
from unit.chain.test_node import node

from attestor.chain.multiproof import MultiProof
from attestor.errors import ProofRefused, RpcError

ADDRESS = b"\x66" * 20


def verify(error: RpcError) -> None:
    MultiProof(node(eth_call=error), ADDRESS).verify_message(bytes(32), bytes(65))


@pytest.mark.parametrize("error", [RpcError("execution reverted"), RpcError("no", number=3)])
def test_verify__contract_reverts__the_proof_is_refused(error: RpcError) -> None:
    with pytest.raises(ProofRefused, match=error.message):
        verify(error)


def test_verify__node_refuses_by_itself__says_nothing_of_the_proof() -> None:
    with pytest.raises(RpcError, match="internal error"):
        verify(RpcError("internal error", number=-32603))
