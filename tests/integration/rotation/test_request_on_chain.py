"""Every way to register a quote, through the real contracts."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from cases.signing import sign
from eth_utils.crypto import keccak

from attestor.chain.abi import Contract
from attestor.chain.node import Node
from attestor.chain.registry import Registry
from attestor.chain.rpc import Rpc
from attestor.core.eip712 import Domain
from attestor.core.possession import Possession
from attestor.core.registration import Quoted, RegistrationKind
from attestor.core.report_data import Binding, Layout, Purpose
from attestor.core.text import checksummed
from attestor.deployment.plan import Creation
from attestor.devnet.anvil import Anvil
from attestor.devnet.deployment import Deployment, DevelopmentDeployer
from attestor.errors import RegistrationRejected
from attestor.quote.simulated import SimulatedPlatform
from attestor.rotation.request import Request, RequestBuilder
from attestor.signer.keys import Keys

AUTOMATA_1_1 = 2


@dataclass(frozen=True)
class Chain:
    """A chain with everything on it."""

    node: Node
    deployer: DevelopmentDeployer
    deployment: Deployment
    platform: SimulatedPlatform

    def quoted(
        self, registry: bytes, layout: Layout, purpose: Purpose = Purpose.ADMISSION
    ) -> Quoted:
        """A fresh signer's quote for that registry."""
        keys = Keys(lambda: 0.0)
        signer = keys.create()
        head = self.node.head()
        deadline = head.timestamp + 3600
        bound = Binding(31337, registry, layout).encode(signer, head.number, head.hash, purpose)
        self.deployer.mine()
        possession = Possession(signer, head.number, deadline, keep_key=True)
        raw = self.platform.quote(bound)
        return Quoted(
            hash=keccak(raw),
            raw=raw,
            signer=signer,
            reference_block=head.number,
            reference_hash=head.hash,
            measurement=self.platform.measurement_id,
            deadline=deadline,
            possession=keys.sign_for(signer, possession.digest(Domain(31337, registry))),
            provider="simulated",
            simulated=True,
            tcb_status="UpToDate",
        )

    def cheapest(self, registry: Registry) -> Quoted:
        """A quote for a renewal, or for an admission where none is open: as the daemon does it."""
        requests = RequestBuilder(registry, self.deployer.address)
        renewal = self.quoted(registry.address, Layout.ATTESTOR, Purpose.RENEWAL)
        if requests.is_renewal_open(renewal, self.node.head().timestamp):
            return renewal
        return self.quoted(registry.address, Layout.ATTESTOR)

    def register(self, registry: Registry, quoted: Quoted) -> Request:
        """Register as the daemon would, and check that the chain vouches."""
        requests = RequestBuilder(registry, self.deployer.address)
        request = requests.request(quoted)
        assert not registry.vouches_for(quoted.signer)
        receipt = self.deployer.transact(registry.address, request.calldata)
        assert registry.vouches_for(quoted.signer)
        events = registry.registrations(receipt.block_number, receipt.block_number)
        assert [event.signer for event in events] == [quoted.signer]
        assert events[0].reference_block == quoted.reference_block
        assert events[0].signed_hash == (
            keccak(request.quote_bytes) if request.quote_bytes else None
        )
        return request


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    anvil = Anvil(31337, None, tmp_path_factory.mktemp("requests") / "anvil.log")
    try:
        node = Node(Rpc(anvil.url), anvil.chain_id)
        platform = SimulatedPlatform(b"requests", 31337, node.head().timestamp)
        deployer = DevelopmentDeployer(node)
        yield Chain(node, deployer, deployer.deploy_all(platform), platform)
    finally:
        anvil.stop()


def test_request__first_then_next__is_an_admission_then_a_renewal(chain: Chain) -> None:
    registry = Registry(chain.node, chain.deployment.registry.address)
    kinds = [chain.register(registry, chain.cheapest(registry)).kind for _ in range(3)]
    assert kinds == [RegistrationKind.ADMISSION, RegistrationKind.RENEWAL, RegistrationKind.RENEWAL]


def test_request__upstreams_layout__is_upstreams_call(chain: Chain) -> None:
    registry = Registry(chain.node, chain.deployment.registry.address, Layout.UPSTREAM)
    request = chain.register(registry, chain.quoted(registry.address, Layout.UPSTREAM))
    assert request.kind is RegistrationKind.LEGACY


def test_request__behind_an_automata_interface__raw_quote_then_renewal(chain: Chain) -> None:
    """Our own verifier, spoken to by Automata's entry and read in its layout 1.1."""
    verifier = checksummed(chain.deployment.verifier.address)
    other = DevelopmentDeployer(chain.node)
    owner = checksummed(other.address)
    made = other.create(Creation("TEERegistry", (verifier, AUTOMATA_1_1, owner, owner)))
    other.allow(made.address, chain.platform.measurement_id)
    registry = Registry(chain.node, made.address)
    first = chain.register(registry, chain.cheapest(registry))
    assert first.kind is RegistrationKind.ADMISSION
    assert first.quote_bytes.startswith(chain.platform.quote(bytes(64))[:48])
    second = chain.register(registry, chain.cheapest(registry))
    assert second.kind is RegistrationKind.RENEWAL


def test_request__renewal_of_an_ended_admission__is_refused_and_none_is_open(
    chain: Chain,
) -> None:
    other = DevelopmentDeployer(chain.node)
    owner = checksummed(other.address)
    verifier = checksummed(chain.deployment.verifier.address)
    made = other.create(Creation("TEERegistry", (verifier, 0, owner, owner)))
    other.allow(made.address, chain.platform.measurement_id)
    registry = Registry(chain.node, made.address)
    chain.register(registry, chain.quoted(registry.address, Layout.ATTESTOR))
    renewal = chain.quoted(registry.address, Layout.ATTESTOR, Purpose.RENEWAL)
    requests = RequestBuilder(registry, chain.deployer.address)
    now = chain.node.head().timestamp
    assert requests.is_renewal_open(renewal, now)
    assert not requests.is_renewal_open(renewal, now + 83_000), "it would end too early"
    other.transact(made.address, Contract.named("TEERegistry").encode("raiseEpoch", "test"))
    assert not requests.is_renewal_open(renewal, now)
    with pytest.raises(RegistrationRejected, match="AdmissionEnded"):
        requests.request(renewal)


def test_request__for_another_registry__is_refused_before_it_is_paid(chain: Chain) -> None:
    registry = Registry(chain.node, chain.deployment.registry.address)
    foreign = chain.quoted(os.urandom(20), Layout.ATTESTOR)
    with pytest.raises(RegistrationRejected, match="ReportDataDigestMismatch|PossessionMismatch"):
        RequestBuilder(registry, chain.deployer.address).request(foreign)


def test_request__possession_of_another_key__is_refused(chain: Chain) -> None:
    registry = Registry(chain.node, chain.deployment.registry.address)
    quoted = chain.quoted(registry.address, Layout.ATTESTOR)
    digest = Possession(quoted.signer, quoted.reference_block, quoted.deadline, True).digest(
        Domain(31337, registry.address)
    )
    forged = replace(quoted, possession=sign(b"\x01" * 32, digest))
    requests = RequestBuilder(registry, chain.deployer.address)
    with pytest.raises(RegistrationRejected, match="PossessionMismatch"):
        requests.request(forged)
