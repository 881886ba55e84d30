"""Our EIP-712 digest is the one that MultiProof computes."""

from attestor.chain.abi import Contract
from attestor.chain.node import Node
from attestor.core.eip712 import Domain
from attestor.core.statement import Statement
from attestor.devnet.deployment import DevelopmentDeployer


def test_digest__on_chain__is_ours(node: Node) -> None:
    deployer = DevelopmentDeployer(node)
    # A registry that is never asked here: one byte of code.
    registry = deployer.transact(None, bytes.fromhex("60015f5360015ff3")).contract
    assert registry is not None
    deployed = deployer.deploy_multiproof(registry)
    domain = Domain(node.chain_id, deployed.address)
    for exit_code, version in ((0, "v6.1.0"), (3, ""), (2**32 - 1, "é" * 40)):
        s = Statement(b"\1" * 32, b"\2" * 32, exit_code, b"\3" * 32, version, 2**64 - 1)
        fields = (b"\1" * 32, b"\2" * 32, exit_code, b"\3" * 32, version, 2**64 - 1)
        calldata = Contract.named("MultiProof").encode("digestOf", fields)
        assert node.call(deployed.address, calldata) == s.digest(domain)
