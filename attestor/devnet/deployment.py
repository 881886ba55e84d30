"""The contracts on a development chain, with the collateral of a simulated platform in their
store."""

from dataclasses import dataclass
from pathlib import Path

from eth_account import Account

from attestor.chain.abi import Contract
from attestor.chain.node import Node
from attestor.collateral import uploader
from attestor.collateral.items import items_of
from attestor.collateral.uploader import Uploaded
from attestor.core.chains import require_development_chain
from attestor.core.fees import GWEI
from attestor.core.text import checksummed, from_hex, to_hex
from attestor.core.transaction import Receipt
from attestor.deployment import plan
from attestor.deployment.deployer import Deployer, Done
from attestor.deployment.log import DeploymentLog
from attestor.deployment.plan import Creation, Root, Settings
from attestor.quote.collateral import SignedText
from attestor.quote.simulated import SimulatedPlatform
from attestor.transactions.manager import TransactionManager
from attestor.transactions.pricing import Pricer
from attestor.transactions.replacement import FeePolicy
from attestor.transactions.send_state import Pace

PACE = Pace(poll=0.05, timeout=60.0)
FUNDS = 10**20


@dataclass(frozen=True)
class Deployment:
    """The contracts, in the order of their making, and the transactions after that."""

    store: Done
    verifier: Done
    registry: Done
    multiproof: Done
    allowed: Done
    uploads: tuple[Uploaded, ...]

    @property
    def contracts(self) -> tuple[Done, ...]:
        return self.store, self.verifier, self.registry, self.multiproof


class DevelopmentDeployer:
    """A fresh funded account that deploys and owns the contracts. `path` is the deployment file,
    or None to keep none."""

    def __init__(self, node: Node, path: Path | None = None) -> None:
        require_development_chain(node.chain_id, "a deployer with made-up funds")
        self._node = node
        self.account = Account.create()
        fund(node, from_hex(self.account.address))
        log = DeploymentLog(path, node.chain_id)
        pricer = Pricer(node, self.account, FeePolicy(1000 * GWEI))
        self._transactions = TransactionManager(node, pricer, log, PACE)
        self._deployer = Deployer(node, self._transactions, log)

    @property
    def address(self) -> bytes:
        return from_hex(self.account.address)

    def deploy_all(self, platform: SimulatedPlatform) -> Deployment:
        """All contracts, the platform's collateral, and its measurement allowed."""
        settings = Settings(
            chain_id=self._node.chain_id,
            root=Root(platform.root_der, simulated=True),
            owner=self.address,
            guardian=self.address,
            measurements=(platform.measurement_id,),
        )
        done: list[Done] = []
        self._deployer.run(plan.make(settings, self.address), done.append)
        store, verifier, registry, multiproof, allowed = done
        return Deployment(
            store, verifier, registry, multiproof, allowed, self._upload(store.address, platform)
        )

    def create(self, creation: Creation) -> Done:
        """Deploy one contract."""
        return self._deployer.create(creation)

    def allow(self, registry: bytes, measurement: bytes) -> Receipt:
        """Allow a measurement in a registry that this account owns."""
        calldata = Contract.named("TEERegistry").encode("allowMeasurement", measurement)
        return self.transact(registry, calldata)

    def mine(self) -> None:
        """Make one empty block."""
        self._node.rpc.call("anvil_mine", ["0x1"])

    def deploy_multiproof(self, registry: bytes) -> Done:
        """MultiProof of one signer, without a gateway: a development chain has no SP1 proofs."""
        gateway = checksummed(plan.NONE)
        creation = Creation("MultiProof", (checksummed(registry), gateway, 1, False))
        return self._deployer.create(creation)

    def transact(self, to: bytes | None, calldata: bytes) -> Receipt:
        """Send a transaction and wait until it is mined."""
        return self._deployer.transact(to, calldata)

    def _upload(self, address: bytes, platform: SimulatedPlatform) -> tuple[Uploaded, ...]:
        numbers = platform.evaluation_numbers()
        collateral = platform.collateral()
        signed = SignedText(numbers.text, numbers.signature, collateral.tcb_info_issuer_chain)
        items = items_of(collateral, signed)
        return tuple(uploader.bring_up(self._node, self._transactions, address, items))


def fund(node: Node, account: bytes) -> None:
    """Give an account 100 ether of the development chain."""
    node.rpc.call("anvil_setBalance", [to_hex(account), hex(FUNDS)])
