"""What we encode off chain is what the registry computes, on a real EVM."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from eth_utils.crypto import keccak

from attestor.chain.abi import Contract
from attestor.chain.node import Node
from attestor.chain.registry import Registry
from attestor.chain.rpc import Rpc
from attestor.core.eip712 import Domain
from attestor.core.possession import Possession
from attestor.core.registration import VerifierKind
from attestor.core.report_data import Binding, Layout
from attestor.core.text import checksummed
from attestor.devnet.anvil import Anvil
from attestor.devnet.deployment import Deployment, DevelopmentDeployer
from attestor.quote import qvl
from attestor.quote.compact import compact
from attestor.quote.format import parse
from attestor.quote.simulated import SimulatedPlatform
from attestor.quote.template import admission_name

SIGNER = bytes(range(1, 21))
HASH = bytes(range(100, 132))
TEMPLATE = bytes(range(200, 220))


@dataclass(frozen=True)
class Chain:
    node: Node
    deployment: Deployment
    platform: SimulatedPlatform

    def read(self, function: str, *arguments: object) -> bytes:
        calldata = Contract.named("TEERegistry").encode(function, *arguments)
        return self.node.call(self.deployment.registry.address, calldata)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    anvil = Anvil(31337, None, tmp_path_factory.mktemp("codecs") / "anvil.log")
    try:
        node = Node(Rpc(anvil.url), anvil.chain_id)
        platform = SimulatedPlatform(b"codecs", 31337, node.head().timestamp)
        yield Chain(node, DevelopmentDeployer(node).deploy_all(platform), platform)
    finally:
        anvil.stop()


@pytest.mark.parametrize("number", [0, 1, 21_000_000, 2**64 - 1])
def test_report_data__any_block__is_the_registrys(chain: Chain, number: int) -> None:
    binding = Binding(31337, chain.deployment.registry.address, Layout.ATTESTOR)
    told = chain.read("reportData", checksummed(SIGNER), number, HASH)
    assert told == binding.encode(SIGNER, number, HASH)


def test_report_data__of_a_renewal__is_the_registrys(chain: Chain) -> None:
    binding = Binding(31337, chain.deployment.registry.address, Layout.ATTESTOR)
    told = chain.read("renewalReportData", checksummed(SIGNER), 7, HASH, checksummed(TEMPLATE))
    assert told == binding.encode(SIGNER, 7, HASH, TEMPLATE)


@pytest.mark.parametrize("keep_key", [True, False])
@pytest.mark.parametrize(
    ("number", "deadline"), [(0, 0), (7, 1_800_000_000), (2**64 - 1, 2**256 - 1)]
)
def test_possession__any_terms__digest_is_the_registrys(
    chain: Chain, number: int, deadline: int, keep_key: bool
) -> None:
    domain = Domain(31337, chain.deployment.registry.address)
    ours = Possession(SIGNER, number, TEMPLATE, deadline, keep_key).digest(domain)
    signer, template = checksummed(SIGNER), checksummed(TEMPLATE)
    told = chain.read("possessionDigest", signer, number, template, deadline, keep_key)
    assert told == ours


def test_measurement__of_the_platform__is_allowed_by_its_id(chain: Chain) -> None:
    assert int.from_bytes(chain.read("isMeasurementAllowed", chain.platform.measurement_id), "big")
    other = keccak(chain.platform.measurement_id)
    assert not int.from_bytes(chain.read("isMeasurementAllowed", other), "big")


def test_admission__none_yet__is_none(chain: Chain) -> None:
    registry = Registry(chain.node, chain.deployment.registry.address)
    quote = parse(chain.platform.quote(bytes(64)))
    assert registry.verifier_kind() is VerifierKind.OWN
    name = admission_name(registry.address, quote, VerifierKind.OWN)
    assert registry.admission(name) is None


def test_evidence__of_a_quote__is_the_verifiers(chain: Chain) -> None:
    quote = parse(chain.platform.quote(bytes(64)))
    verifier = Contract.named("DcapVerifier")
    address = chain.deployment.verifier.address
    raw = chain.node.call(address, verifier.encode("describe", quote.trimmed, True))
    assert raw == chain.node.call(address, verifier.encode("describe", compact(quote), False))
    verdict = verifier.decode(
        "verify", chain.node.call(address, verifier.encode("verify", compact(quote)))
    )
    described = verifier.decode("describe", raw)
    assert described == {key: verdict[key] for key in ("evidence", "platform", "fmspc")}


def test_verdict__compact_and_raw__name_the_same_platform(chain: Chain) -> None:
    quote = parse(chain.platform.quote(bytes(64)))
    verifier = Contract.named("DcapVerifier")
    address = chain.deployment.verifier.address
    by_compact = chain.node.call(address, verifier.encode("verify", compact(quote)))
    by_raw = chain.node.call(address, verifier.encode("verifyRaw", quote.trimmed))
    assert by_compact == by_raw
    verdict = verifier.decode("verify", by_compact)
    machine = qvl.machine(quote.trimmed)
    assert verdict["platform"] == keccak(machine.ppid)
    assert verdict["fmspc"] == machine.fmspc
    assert verdict["status"] == 0


def test_sizes__deployed_code__is_within_eip170(chain: Chain) -> None:
    for done in chain.deployment.contracts:
        assert 0 < len(chain.node.code(done.address)) < 24_576, done.what


def test_settings__deployed__are_upstreams(chain: Chain) -> None:
    registry = Registry(chain.node, chain.deployment.registry.address)
    terms = registry.terms()
    assert (terms.attest_validity_seconds, terms.max_block_number_diff) == (3600, 100)
