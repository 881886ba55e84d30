"""The development PCCS, asked by our own client."""

import time
from collections.abc import Iterator

import pytest

from attestor.collateral.items import UPLOAD_ORDER, items_of
from attestor.collateral.pcs import Pcs
from attestor.collateral.sources import PccsSource
from attestor.devnet.pccs import Pccs
from attestor.errors import CollateralUnreachable
from attestor.quote.collateral import MachineKind
from attestor.quote.gate import Gate, GatePolicy, SimulatedRoot
from attestor.quote.simulated import SimulatedPlatform


@pytest.fixture(scope="module")
def platform() -> SimulatedPlatform:
    return SimulatedPlatform(b"devnet pccs", 31337, int(time.time()))


@pytest.fixture(scope="module")
def url(platform: SimulatedPlatform) -> Iterator[str]:
    service = Pccs(platform)
    yield service.url
    service.stop()


def test_collateral__from_the_development_pccs__passes_the_gate(
    platform: SimulatedPlatform, url: str
) -> None:
    policy = GatePolicy(root=SimulatedRoot(platform.root_der, 31337))
    gate = Gate(PccsSource(url), time.time, policy)
    assert gate(platform.quote(bytes(64)), bytes(64)).status == "UpToDate"


def test_evaluation_numbers__from_the_development_pccs__are_an_item(
    platform: SimulatedPlatform, url: str
) -> None:
    machine = MachineKind(platform.variation.machine.fmspc, "platform", "tdx")
    client = Pcs(url, 5.0)
    items = items_of(client.collateral(machine), client.evaluation_numbers("tdx"))
    assert [item.kind for item in items] == list(UPLOAD_ORDER)


def test_get__anything_else__is_not_found(url: str) -> None:
    with pytest.raises(CollateralUnreachable, match="404"):
        Pcs(url + "/elsewhere/certification/v5", 5.0).evaluation_numbers("tdx")
