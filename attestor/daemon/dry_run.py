"""One registration as the daemon would send it, shown instead of sent."""

from dataclasses import dataclass

from attestor.chain.node import Node
from attestor.chain.registry import Registry
from attestor.config import Config
from attestor.core import fees
from attestor.core.blocks import Block
from attestor.core.fees import GWEI, Fees
from attestor.core.registration import Quoted
from attestor.core.report_data import Binding, Layout
from attestor.core.text import checksummed, to_hex
from attestor.daemon.policy import make_gate, policy_from, signer_settings, slot_settings
from attestor.deployment import addresses
from attestor.errors import FeeCapReached, RegistrationRejected, RpcAnswerInvalid, RpcError
from attestor.quote import qvl
from attestor.rotation.quoter import Quoter
from attestor.rotation.request import Request, RequestBuilder
from attestor.signer.client import SignerProcess
from attestor.transactions.replacement import FeePolicy, Market


@dataclass(frozen=True)
class DryRun:
    """A transaction that was not sent. `refusal` is the registry's, `gas_limit` what would be
    offered without one. `sender` is the payer's address, or zeros where none was configured."""

    registry: bytes
    sender: bytes
    quoted: Quoted
    request: Request
    refusal: str
    gas_limit: int | None
    price: str

    def rows(self) -> dict[str, str]:
        """What there is to show, by its name."""
        sender = "any: payer.address is not set"
        block = f"{self.quoted.reference_block} {to_hex(self.quoted.reference_hash)}"
        return {
            "registry": checksummed(self.registry),
            "sender": checksummed(self.sender) if any(self.sender) else sender,
            "signer": f"{checksummed(self.quoted.signer)}, whose key is destroyed",
            "reference block": block,
            "quote": f"{to_hex(self.quoted.hash)} of {self.quoted.provider}, TCB status "
            f"{self.quoted.tcb_status}{', SIMULATED' if self.quoted.simulated else ''}",
            "measurement": to_hex(self.quoted.measurement),
            "FMSPC": qvl.machine_kind(self.quoted.raw).fmspc.hex().upper(),
            "kind": self.request.kind,
            "calldata": to_hex(self.request.calldata),
            "gas limit": "unknown" if self.gas_limit is None else str(self.gas_limit),
            "price": self.price,
            "result": f"refused: {self.refusal}" if self.refusal else "would be registered",
        }

    def require_accepted(self) -> None:
        """Raise `RegistrationRejected` where the registry would refuse it."""
        if self.refusal:
            raise RegistrationRejected(f"the registry refuses the registration: {self.refusal}")


def registration_of(config: Config) -> DryRun:
    """A registration by a signer process of its own. Nothing is sent, and no database is opened.

    Raises what keeps the daemon from starting, and from making and quoting a signer.
    """
    node = Node.of(config.rpc_urls, config.chain_id, config.chain_check_headers)
    node.require_chain()
    contracts = addresses.of(config)
    binding = Binding(config.chain_id, contracts.registry, Layout(config.chain_registry_kind))
    registry = Registry(node, contracts.registry, binding.layout)
    lag = policy_from(config, registry.terms()).block_lag
    sender = config.payer_address or bytes(20)
    requests = RequestBuilder(registry, sender)
    gate = make_gate(config, lambda: node.head().timestamp)
    signer = SignerProcess(signer_settings(config, slot_settings(binding, contracts.multiproof)))
    try:
        signer.started()
        head = node.head()
        block = node.block(max(head.number - lag, 0))
        address = signer.new_key(_buckets(registry))
        quoted = Quoter(signer, node, gate, binding, requests).quote(address, block, head.timestamp)
    finally:
        signer.close()
    request = requests.unsimulated(quoted)
    gas_limit, refusal = _outcome(registry, request, sender)
    price = _price(config, node, head)
    return DryRun(registry.address, sender, quoted, request, refusal, gas_limit, price)


def _buckets(registry: Registry) -> int:
    """As the daemon asks for them: they only save gas, and some nodes do not let a call read so
    much."""
    try:
        return registry.reusable_buckets()
    except (RpcError, RpcAnswerInvalid):
        return 0


def _outcome(registry: Registry, request: Request, sender: bytes) -> tuple[int | None, str]:
    """The gas limit that would be offered, or else the registry's refusal."""
    try:
        registry.simulate(request.calldata, sender)
    except RegistrationRejected as error:
        return None, error.message.rpartition("refuses the registration: ")[2]
    used = registry.node.estimate_gas(sender, registry.address, request.calldata)
    return fees.gas_limit(used), ""


def _price(config: Config, node: Node, head: Block) -> str:
    policy = FeePolicy(
        int(config.payer_max_fee_gwei * GWEI), int(config.payer_max_priority_fee_gwei * GWEI)
    )
    try:
        offered: Fees = policy.offer(Market(head.base_fee, node.priority_fee()))
    except FeeCapReached as error:
        return f"nothing can be offered: {error}"
    at_most, tip = offered.max_fee / GWEI, offered.priority_fee / GWEI
    return f"at most {at_most:.9g} gwei per gas, {tip:.9g} of it for the proposer"
