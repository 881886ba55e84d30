"""All contracts, deployed and filled as an operator would, and the transactions of signers."""

from gas.chain import CHAIN_ID, START, GasChain, account

from attestor.chain.abi import Contract
from attestor.chain.collateral_store import CollateralStore
from attestor.chain.registry import Registry
from attestor.collateral import uploader
from attestor.collateral.items import CollateralKind, Item, items_of
from attestor.core.report_data import Binding, Layout
from attestor.core.signature import sign
from attestor.core.text import checksummed
from attestor.deployment import plan
from attestor.deployment.plan import Root
from attestor.quote.compact import compact
from attestor.quote.format import Quote, parse
from attestor.quote.simulated import SimulatedPlatform, Variation
from attestor.quote.simulated.issued import Issued

SEED = b"gas figures"
INTEL_CRL_ENTRIES = 44
"""As many as Intel's CRL of the PCK Platform CA had when the figures were defined."""
VARIATION = Variation(issued=Issued(foreign_revocations=INTEL_CRL_ENTRIES))
DAY = 86_400


class Deployment:
    """The five contracts of a development chain, and what a machine does with them."""

    def __init__(self, chain: GasChain) -> None:
        self.chain = chain
        self.platform = SimulatedPlatform(SEED, CHAIN_ID, START, VARIATION)
        settings = plan.Settings(
            chain_id=CHAIN_ID,
            root=Root(self.platform.root_der, simulated=True),
            owner=chain.sender,
            guardian=bytes(20),
            measurements=(self.platform.measurement_id,),
        )
        self.record = chain.deployer.run(plan.make(settings, chain.sender))
        self.registry = Registry(chain.node, self.record.address("TEERegistry"))
        self.store = CollateralStore(chain.node, self.record.address("CollateralStore"))

    def items(self, now: int = START) -> tuple[Item, ...]:
        """The machine's collateral, issued at `now`, in the order of its upload."""
        platform = self.platform
        numbers = platform.evaluation_numbers(now)
        return items_of(platform.collateral(now), numbers)

    def upload(self, items: tuple[Item, ...]) -> dict[CollateralKind, int]:
        """Gas of each upload."""
        address = self.store.address
        return {
            item.kind: self.chain.send(address, uploader.calldata(self.store, item))
            for item in items
        }

    def admit(self, label: str, keep_key: bool) -> int:
        """Gas of an admission by a compact quote."""
        secret, signer = account(label)
        head = self.chain.node.head()
        quote = self.quote(signer)
        deadline = head.timestamp + 3600
        digest = self.chain.node.call(
            self.registry.address,
            Contract.named("TEERegistry").encode(
                "possessionDigest", checksummed(signer), head.number, deadline, keep_key
            ),
        )
        calldata = Contract.named("TEERegistry").encode(
            "admit", compact(quote), deadline, sign(secret, digest), keep_key
        )
        return self.chain.send(self.registry.address, calldata)

    def register_upstreams_way(self, label: str) -> int:
        """Gas of upstream's `register` with a raw quote."""
        _, signer = account(label)
        head = self.chain.node.head()
        quote = self.quote(signer, Layout.UPSTREAM)
        calldata = self.registry.register_calldata(signer, head.number, head.hash, quote.trimmed)
        return self.chain.send(self.registry.address, calldata)

    def renew(self, label: str) -> int:
        """Gas of a renewal by the kept attestation key."""
        _, signer = account(label)
        quote = self.quote(signer)
        admission = self.registry.admission(self.platform_id, self.platform.measurement_id)
        number = self.chain.node.head().number
        calldata = self.registry.renew_calldata(admission.id, signer, number, quote.signature)
        return self.chain.send(self.registry.address, calldata)

    def quote(self, signer: bytes, layout: Layout = Layout.ATTESTOR) -> Quote:
        """A quote that binds the signer and the newest block."""
        head = self.chain.node.head()
        binding = Binding(CHAIN_ID, self.registry.address, layout)
        return parse(self.platform.quote(binding.encode(signer, head.number, head.hash)))

    @property
    def platform_id(self) -> bytes:
        """What the verifier calls the machine."""
        calldata = Contract.named("DcapVerifier").encode("verify", compact(self.quote(b"\1" * 20)))
        answer = self.chain.node.call(self.record.address("DcapVerifier"), calldata)
        platform: bytes = Contract.named("DcapVerifier").decode("verify", answer)["platform"]
        return platform
