"""Carries out a plan, transaction by transaction, and writes down each."""

from collections.abc import Callable
from dataclasses import dataclass

from attestor.chain.abi import Contract
from attestor.chain.node import Node
from attestor.core.keccak import keccak
from attestor.core.text import checksummed, from_hex, to_hex
from attestor.core.transaction import Intent, Purpose, Receipt
from attestor.deployment import artifact
from attestor.deployment.artifact import Artifact
from attestor.deployment.attempts import creation_of
from attestor.deployment.log import DeploymentLog
from attestor.deployment.plan import NONE, Call, Creation, Made, Plan, text_of
from attestor.deployment.record import DeployedContract, DeploymentRecord
from attestor.errors import DeploymentFailed, DeploymentRefused, TransactionUnconfirmed
from attestor.transactions import pricing as transactions
from attestor.transactions.manager import TransactionManager
from attestor.transactions.send_state import Pace

PACE = Pace(poll=0.05, timeout=600.0)


@dataclass(frozen=True)
class Done:
    """One step that is done. `receipt` is None for one that was done already."""

    what: str
    address: bytes
    receipt: Receipt | None

    @property
    def gas(self) -> int:
        """What the transaction used; 0 without one."""
        return self.receipt.gas_used if self.receipt is not None else 0


class Deployer:
    """Carries out a plan by transactions of one account, which are noted in `log`."""

    def __init__(self, node: Node, transactions: TransactionManager, log: DeploymentLog) -> None:
        self._node = node
        self._transactions = transactions
        self._log = log

    def run(self, plan: Plan, tell: Callable[[Done], None] = lambda done: None) -> DeploymentRecord:
        """Do what is left of the plan. Raises `DeploymentFailed`; what was done stays recorded."""
        _require_encodable(plan)
        self._transactions.settle()
        for creation in plan.creations:
            tell(self.create(creation))
        for call in plan.calls:
            tell(self._call(call))
        return self._log.record

    def transact(self, to: bytes | None, calldata: bytes) -> Receipt:
        """Send a transaction that is in no plan, and wait until it is mined."""
        return self._complete(f"unplanned:{to_hex(keccak((to or b'') + calldata))}", to, calldata)

    def create(self, creation: Creation) -> Done:
        """Deploy one contract, unless it is already deployed."""
        name, built = creation.contract, artifact.load(creation.contract)
        arguments = tuple(self._resolved(argument) for argument in creation.arguments)
        stands = self._log.record.contracts.get(name)
        if stands is not None:
            self._require_same(name, built, stands, arguments)
            return Done(name, from_hex(stands.address), None)
        code = built.creation_code(arguments)
        intent = creation_of(name) + to_hex(keccak(code))
        receipt = self._done_before(creation_of(name)) or self._done_before(intent)
        return self._created(built, arguments, receipt or self._complete(intent, None, code))

    def _call(self, call: Call) -> Done:
        """Make one call, unless it was made before."""
        address = self._log.record.address(call.contract)
        calldata = Contract.named(call.contract).encode(call.function, *call.arguments)
        intent, what = f"call:{to_hex(address + calldata)}", f"{call.contract}.{call.function}"
        if self._done_before(intent) is not None:
            return Done(what, address, None)
        return Done(what, address, self._complete(intent, address, calldata))

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
        self._log.keep(self._log.record.with_contract(built.name, standing))
        return Done(built.name, address, receipt)

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

    def _done_before(self, intent: str) -> Receipt | None:
        """The receipt of a transaction that was sent before a stop, if it was mined well."""
        for attempt in self._log.attempts(intent):
            receipt = self._node.receipt(attempt.hash)
            if receipt is not None and receipt.succeeded:
                self._log.mined(receipt)
                return receipt
        return None

    def _complete(self, intent: str, to: bytes | None, data: bytes) -> Receipt:
        purpose = Intent(Purpose.DEPLOYMENT, intent)
        try:
            receipt = self._transactions.complete(purpose, transactions.Call(to, data))
        except TransactionUnconfirmed as error:
            raise DeploymentFailed(
                error.message,
                hint="start again when it is: the deployment goes on from its file",
            ) from None
        if not receipt.succeeded:
            raise DeploymentFailed(f"transaction {to_hex(receipt.transaction_hash)} reverted")
        return receipt

    def _resolved(self, argument: object) -> object:
        if isinstance(argument, Made):
            return checksummed(self._log.record.address(argument.contract))
        return argument


def _require_encodable(plan: Plan) -> None:
    """Raise `DeploymentFailed` for arguments that a contract does not take, before the contracts
    in front of it are paid for."""
    for creation in plan.creations:
        arguments = [checksummed(NONE) if isinstance(a, Made) else a for a in creation.arguments]
        artifact.load(creation.contract).creation_code(tuple(arguments))
