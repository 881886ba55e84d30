"""What a deployment will do."""

from dataclasses import replace
from typing import Any

import pytest

from attestor.core.text import checksummed
from attestor.deployment import plan
from attestor.deployment.plan import ForeignVerifier, Made, Root, Settings
from attestor.errors import DeploymentRefused, SimulationRefused

PAYER, OWNER, GUARDIAN = b"\x01" * 20, b"\x02" * 20, b"\x03" * 20
INTEL = Root(b"certificate", simulated=False)
SETTINGS = Settings(chain_id=1, root=INTEL, owner=PAYER, guardian=GUARDIAN)
FOREIGN = ForeignVerifier(b"\x05" * 20, 2, b"\x06" * 32)


def names(made: plan.Plan) -> list[str]:
    return [creation.contract for creation in made.creations]


def test_make__ours__four_contracts_each_after_what_it_needs() -> None:
    made = plan.make(SETTINGS, PAYER)
    assert names(made) == ["CollateralStore", "DcapVerifier", "TEERegistry", "MultiProof"]
    seen: set[str] = set()
    for creation in made.creations:
        needed = {a.contract for a in creation.arguments if isinstance(a, Made)}
        assert needed <= seen
        seen.add(creation.contract)


def test_make__layout_of_1_0__adapter_of_our_verifier() -> None:
    made = plan.make(replace(SETTINGS, layout_10=True), PAYER)
    assert names(made)[:3] == ["CollateralStore", "DcapVerifier", "AutomataLayoutV10"]
    assert made.creations[2].arguments == (Made("DcapVerifier"),)
    with pytest.raises(DeploymentRefused, match="another is to be used"):
        plan.make(replace(SETTINGS, layout_10=True, verifier=FOREIGN), PAYER)


def test_make__owner_and_guardian__reach_the_registry() -> None:
    made = plan.make(replace(SETTINGS, owner=OWNER), PAYER)
    registry = made.creations[2].arguments
    assert checksummed(OWNER) in registry
    assert checksummed(GUARDIAN) in registry
    assert checksummed(PAYER) not in registry


def test_make__foreign_verifier__has_no_store_and_no_verifier_of_ours() -> None:
    made = plan.make(replace(SETTINGS, verifier=FOREIGN), PAYER)
    assert names(made) == ["TEERegistry", "MultiProof"]
    assert made.creations[0].arguments[:2] == (checksummed(FOREIGN.address), 2)


def test_make__measurements__are_allowed_one_by_one() -> None:
    made = plan.make(replace(SETTINGS, measurements=(b"\x0a" * 32, b"\x0b" * 32)), PAYER)
    assert [call.arguments for call in made.calls] == [(b"\x0a" * 32,), (b"\x0b" * 32,)]
    assert {call.function for call in made.calls} == {"allowMeasurement"}


def test_make__measurements_but_another_owner__refused() -> None:
    settings = replace(SETTINGS, owner=OWNER, measurements=(b"\x0a" * 32,))
    with pytest.raises(DeploymentRefused, match="only the owner"):
        plan.make(settings, PAYER)


@pytest.mark.parametrize("chain_id", [1, 11155111, 534352, 0])
def test_make__simulated_root_outside_of_development_chains__refused(chain_id: int) -> None:
    settings = replace(SETTINGS, root=replace(INTEL, simulated=True), chain_id=chain_id)
    with pytest.raises(SimulationRefused):
        plan.make(settings, PAYER)
    assert plan.make(replace(settings, chain_id=31337), PAYER)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"owner": bytes(20)}, "zero address"),
        ({"threshold": 0}, "at least one machine"),
        ({"distinct_measurements": True}, "of one machine"),
        ({"threshold": 2, "verifier": FOREIGN}, "does not tell them apart"),
        ({"measurements": (b"\x01" * 31,)}, "not of 32 bytes"),
    ],
)
def test_make__settings_that_make_no_sense__refused(changes: dict[str, Any], what: str) -> None:
    with pytest.raises(DeploymentRefused, match=what):
        plan.make(replace(SETTINGS, **changes), PAYER)


def test_text_of__arguments__are_readable() -> None:
    assert plan.text_of(b"\xab") == "0xab"
    assert plan.text_of(7) == "7"
    assert plan.text_of(Made("TEERegistry")) == "<TEERegistry>"
