"""The contracts on a development chain, deployed from forge's output."""

import json
import time
from dataclasses import dataclass

from eth_abi.abi import encode
from eth_account import Account

from attestor.chain.abi import Contract
from attestor.chain.node import Node
from attestor.chain.transactions import GWEI, Payments
from attestor.config import ROOT
from attestor.core.chains import require_development_chain
from attestor.core.text import checksummed, from_hex, to_hex
from attestor.core.transaction import Receipt
from attestor.errors import DeploymentFailed

ARTIFACTS = ROOT / "out"
RECEIPT_SECONDS = 60.0
FUNDS = 10**20
NO_GATEWAY = "0x" + "00" * 20


@dataclass(frozen=True)
class Root:
    """What a platform's verifier pins: the root CA's key and the QE's signer."""

    x: int
    y: int
    qe_mr_signer: bytes


@dataclass(frozen=True)
class Deployed:
    """One contract and the transaction that made it."""

    name: str
    address: bytes
    receipt: Receipt


@dataclass(frozen=True)
class Deployment:
    """The contracts, and what allowing the measurement cost."""

    verifier: Deployed
    registry: Deployed
    multiproof: Deployed
    allowed: Receipt


class Deployer:
    """A fresh funded account that deploys and owns the contracts."""

    def __init__(self, node: Node) -> None:
        require_development_chain(node.chain_id, "a deployer with made-up funds")
        self._node = node
        self.account = Account.create()
        fund(node, from_hex(self.account.address))
        self._payments = Payments(node, self.account, max_fee=1000 * GWEI)

    def deploy_all(self, root: Root, measurement: bytes) -> Deployment:
        """Verifier, registry with one allowed measurement, and MultiProof."""
        verifier = self.deploy(
            "DcapVerifier",
            ["uint256", "uint256", "bytes32"],
            [root.x, root.y, root.qe_mr_signer],
        )
        registry = self.deploy(
            "TEERegistry",
            ["address", "address"],
            [checksummed(verifier.address), self.account.address],
        )
        multiproof = self.deploy_multiproof(registry.address)
        calldata = Contract.named("TEERegistry").encode("allowMeasurement", measurement)
        allowed = self.transact(registry.address, calldata)
        return Deployment(verifier, registry, multiproof, allowed)

    def deploy_multiproof(self, registry: bytes, threshold: int = 1) -> Deployed:
        """MultiProof without a gateway: a development chain has no SP1 proofs."""
        types = ["address", "address", "uint256"]
        return self.deploy("MultiProof", types, [checksummed(registry), NO_GATEWAY, threshold])

    def deploy(self, name: str, types: list[str], arguments: list[object]) -> Deployed:
        """Deploy one contract."""
        receipt = self.transact(None, _bytecode(name) + encode(types, arguments))
        if receipt.contract is None or not self._node.code(receipt.contract):
            raise DeploymentFailed(f"{name} left no code")
        return Deployed(name, receipt.contract, receipt)

    def transact(self, to: bytes | None, calldata: bytes) -> Receipt:
        """Send a transaction and wait until it is mined."""
        signed = self._payments.prepare(to, calldata, self._node.head().base_fee)
        self._payments.send(signed)
        deadline = time.monotonic() + RECEIPT_SECONDS
        while time.monotonic() < deadline:
            receipt = self._node.receipt(signed.hash)
            if receipt is not None:
                if not receipt.succeeded:
                    raise DeploymentFailed(f"transaction {to_hex(signed.hash)} reverted")
                return receipt
            time.sleep(0.05)
        raise DeploymentFailed(f"transaction {to_hex(signed.hash)} was not mined")


def fund(node: Node, account: bytes) -> None:
    """Give an account 100 ether of the development chain."""
    node.rpc.call("anvil_setBalance", [to_hex(account), hex(FUNDS)])


def _bytecode(name: str) -> bytes:
    path = ARTIFACTS / f"{name}.sol" / f"{name}.json"
    try:
        artifact = json.loads(path.read_text())
        return from_hex(artifact["bytecode"]["object"])
    except (OSError, ValueError, KeyError, TypeError):
        raise DeploymentFailed(f"no built contract {name}", hint="make contracts") from None
