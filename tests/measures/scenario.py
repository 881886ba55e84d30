"""All contracts, deployed and filled as an operator would, and the transactions of signers."""

from itertools import count
from typing import Generic, TypeVar

from cases.signing import sign
from measures.chain import MeasuredChain, account

from attestor.chain.abi import Contract
from attestor.chain.collateral_store import CollateralKind, CollateralStore
from attestor.chain.registry import Registry
from attestor.collateral import uploader
from attestor.collateral.items import Item, items_of
from attestor.core.registration import AdmissionName, VerifierKind
from attestor.core.report_data import Binding, Layout
from attestor.core.text import checksummed
from attestor.deployment import plan
from attestor.deployment.plan import Root
from attestor.quote.collateral import SignedText
from attestor.quote.compact import compact
from attestor.quote.format import Quote, parse
from attestor.quote.simulated import SimulatedPlatform, Variation
from attestor.quote.simulated.issued import Issued
from attestor.quote.template import admission_name

SEED = b"gas figures"
INTEL_CRL_ENTRIES = 44
"""As many as Intel's CRL of the PCK Platform CA had when the figures were defined."""
VARIATION = Variation(issued=Issued(foreign_revocations=INTEL_CRL_ENTRIES))
DAY = 86_400


Chain = TypeVar("Chain", bound=MeasuredChain, covariant=True)


class Deployment(Generic[Chain]):
    """The five contracts of a development chain, and what a machine does with them."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.latest_signer = account("nobody")
        self.platform = SimulatedPlatform(SEED, chain.id, chain.start, VARIATION)
        settings = plan.Settings(
            chain_id=chain.id,
            root=Root(self.platform.root_der, simulated=True),
            owner=chain.sender,
            guardian=bytes(20),
            measurements=(self.platform.measurement_id,),
        )
        self.record = chain.deployer.run(plan.make(settings, chain.sender))
        self.registry = Registry(chain.node, self.record.address("TEERegistry"))
        self.store = CollateralStore(chain.node, self.record.address("CollateralStore"))

    def items(self, now: int | None = None) -> tuple[Item, ...]:
        """The machine's collateral, issued at `now` or when the chain began, in the order of its
        upload."""
        platform, now = self.platform, self.chain.start if now is None else now
        collateral, numbers = platform.collateral(now), platform.evaluation_numbers(now)
        signed = SignedText(numbers.text, numbers.signature, collateral.tcb_info_issuer_chain)
        return items_of(collateral, signed)

    def upload(self, items: tuple[Item, ...]) -> dict[CollateralKind, int]:
        """Gas of each upload."""
        address = self.store.address
        return {
            item.kind: self.chain.send(address, uploader.calldata(self.store, item))
            for item in items
        }

    def admit(self, label: str, keep_key: bool) -> int:
        """Gas of an admission by a compact quote."""
        secret, signer = self.account(label)
        head = self.chain.node.head()
        quote = self.quote(signer)
        deadline = head.timestamp + 3600
        digest = self.chain.node.call(
            self.registry.address,
            Contract.named("TEERegistry").encode(
                "possessionDigest",
                checksummed(signer),
                head.number,
                checksummed(self.name(quote).template),
                deadline,
                keep_key,
            ),
        )
        calldata = Contract.named("TEERegistry").encode(
            "admit", compact(quote), deadline, sign(secret, digest), keep_key
        )
        return self.chain.send(self.registry.address, calldata)

    def register_upstreams_way(self, label: str) -> int:
        """Gas of upstream's `register` with a raw quote."""
        _, signer = self.account(label)
        head = self.chain.node.head()
        quote = self.quote(signer, Layout.UPSTREAM)
        calldata = self.registry.register_calldata(signer, head.number, head.hash, quote.trimmed)
        return self.chain.send(self.registry.address, calldata)

    def renew(self, label: str) -> int:
        """Gas of a renewal by the enrolled attestation key."""
        _, signer = self.account(label)
        name = self.name(self.quote(signer))
        quote = self.quote(signer, template=name.template)
        admission = self.registry.admission(name)
        assert admission is not None
        number = self.chain.node.head().number
        calldata = self.registry.renew_calldata(admission.number, signer, number, quote.signature)
        return self.chain.send(self.registry.address, calldata)

    def name(self, quote: Quote) -> AdmissionName:
        """By what the registry finds the admission of a quote."""
        return admission_name(self.registry.address, quote, VerifierKind.OWN)

    def account(self, label: str) -> tuple[bytes, bytes]:
        """A key of that label, and its address: in a bucket that can be used again, where there is
        one, as the signer process makes them."""
        buckets = self.registry.reusable_buckets()
        found = (account(f"{label}, {number}") for number in count())
        self.latest_signer = next(
            (secret, signer)
            for secret, signer in found
            if not buckets or buckets >> int.from_bytes(signer, "big") % 1024 & 1
        )
        return self.latest_signer

    def end_signers(self) -> None:
        """Let what is registered end, and its quotes grow old: the buckets can be used again."""
        self.chain.mine(400)

    def quote(
        self,
        signer: bytes,
        layout: Layout = Layout.ATTESTOR,
        template: bytes | None = None,
    ) -> Quote:
        """A quote that binds the signer and the newest block, for a renewal with a template."""
        head = self.chain.node.head()
        binding = Binding(self.chain.id, self.registry.address, layout)
        bound = binding.encode(signer, head.number, head.hash, template)
        return parse(self.platform.quote(bound))
