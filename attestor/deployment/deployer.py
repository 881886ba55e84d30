"""Carries out a plan, transaction by transaction, and writes down each."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from eth_utils.crypto import keccak

from attestor.chain.abi import Contract
from attestor.chain.node import Node
from attestor.core.text import checksummed, from_hex, to_hex
from attestor.core.transaction import Receipt, SignedTransaction
from attestor.deployment import artifact, record
from attestor.deployment.artifact import Artifact
from attestor.deployment.plan import Creation, Made, Plan, text_of
from attestor.deployment.record import DeployedContract, DeploymentRecord
from attestor.errors import DeploymentFailed, DeploymentRefused
from attestor.transactions.manager import Payments

RECEIPT_SECONDS = 600.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Done:
    """One step that is done. `receipt` is None for a contract that stood already."""

    what: str
    address: bytes
    receipt: Receipt | None

    @property
    def gas(self) -> int:
        """What the transaction used; 0 without one."""
        return self.receipt.gas_used if self.receipt is not None else 0


class Deployer:
    """Deploys from one account. `path` is the deployment file, or None to keep none."""

    def __init__(
        self, node: Node, payments: Payments, path: Path | None, timeout: float = RECEIPT_SECONDS
    ) -> None:
        self._node = node
        self._payments = payments
        self._path = path
        self._timeout = timeout
        self.record = DeploymentRecord(node.chain_id)

    def run(self, plan: Plan, tell: Callable[[Done], None] = lambda done: None) -> DeploymentRecord:
        """Do what is left of the plan. Raises `DeploymentFailed`; what was done stays recorded."""
        self._resume()
        for creation in plan.creations:
            tell(self.create(creation))
        for call in plan.calls:
            calldata = Contract.named(call.contract).encode(call.function, *call.arguments)
            address = self.record.address(call.contract)
            receipt = self.transact(address, calldata)
            tell(Done(f"{call.contract}.{call.function}", address, receipt))
        return self.record

    def transact(self, to: bytes | None, calldata: bytes) -> Receipt:
        """Send a transaction and wait until it is mined."""
        return self._send(self._payments.prepare(to, calldata, self._node.head().base_fee))

    def create(self, creation: Creation) -> Done:
        """Deploy one contract, unless it stands already."""
        name, built = creation.contract, artifact.load(creation.contract)
        arguments = tuple(self._resolved(argument) for argument in creation.arguments)
        stands = self.record.contracts.get(name)
        if stands is not None:
            self._require_same(name, built, stands, arguments)
            return Done(name, from_hex(stands.address), None)
        receipt = self._sent_before(name)
        if receipt is None:
            code = built.creation_code(arguments)
            signed = self._payments.prepare(None, code, self._node.head().base_fee)
            self._keep(replace(self.record, pending={name: to_hex(signed.hash)}))
            receipt = self._send(signed)
        return self._created(built, arguments, receipt)

    def _created(self, built: Artifact, arguments: tuple[object, ...], receipt: Receipt) -> Done:
        address = receipt.contract
        code = self._node.code(address) if address is not None else b""
        if address is None or not built.made(code):
            raise DeploymentFailed(
                f"the code after {to_hex(receipt.transaction_hash)} is not that of {built.name}",
                hint="use another node: this one shows other code than was deployed",
            )
        standing = DeployedContract(
            address=checksummed(address),
            arguments=tuple(text_of(argument) for argument in arguments),
            code_hash=to_hex(keccak(code)),
            transaction=to_hex(receipt.transaction_hash),
            block=receipt.block_number,
            gas=receipt.gas_used,
            abi=built.abi,
        )
        self._keep(self.record.with_contract(built.name, standing))
        return Done(built.name, address, receipt)

    def _resume(self) -> None:
        if self._path is None or not self._path.exists():
            return
        found = record.read(self._path)
        if found.chain_id != self._node.chain_id:
            raise DeploymentRefused(
                f"{self._path} is of chain {found.chain_id}, the node is on {self._node.chain_id}",
                hint="name another file",
            )
        self.record = found

    def _require_same(
        self, name: str, built: Artifact, stands: DeployedContract, arguments: tuple[object, ...]
    ) -> None:
        if stands.arguments != tuple(text_of(argument) for argument in arguments):
            raise DeploymentRefused(
                f"{name} stands at {stands.address} with other arguments",
                hint="name another file for another deployment",
            )
        code = self._node.code(from_hex(stands.address))
        if to_hex(keccak(code)) != stands.code_hash or not built.made(code):
            raise DeploymentRefused(
                f"the code at {stands.address} is not that of this build's {name}",
                hint="name another file for another deployment",
            )

    def _sent_before(self, name: str) -> Receipt | None:
        """The receipt of a creation that was sent before a stop, if it was mined well."""
        sent = self.record.pending.get(name)
        receipt = self._node.receipt(from_hex(sent)) if sent is not None else None
        return receipt if receipt is not None and receipt.succeeded else None

    def _send(self, signed: SignedTransaction) -> Receipt:
        self._payments.send(signed)
        deadline = time.monotonic() + self._timeout
        while time.monotonic() < deadline:
            receipt = self._node.receipt(signed.hash)
            if receipt is None:
                time.sleep(_POLL_SECONDS)
                continue
            if not receipt.succeeded:
                raise DeploymentFailed(f"transaction {to_hex(signed.hash)} reverted")
            return receipt
        raise DeploymentFailed(
            f"transaction {to_hex(signed.hash)} was not mined in {self._timeout:g} s",
            hint="start again when it is: the deployment goes on from its file",
        )

    def _resolved(self, argument: object) -> object:
        if isinstance(argument, Made):
            return checksummed(self.record.address(argument.contract))
        return argument

    def _keep(self, changed: DeploymentRecord) -> None:
        self.record = changed
        if self._path is not None:
            record.write(self._path, changed)
