"""The simulated platform: deterministic, labelled, confined to development chains."""

import json
from collections.abc import Callable

import pytest

from attestor.core.chains import DEVELOPMENT_CHAIN_IDS
from attestor.core.measurement import Measurement, require_trustworthy
from attestor.errors import ReportDataInvalid, SimulationRefused
from attestor.quote.format import BodyType, parse
from attestor.quote.provider import QuoteProvider
from attestor.quote.simulated import SimulatedPlatform, Variation
from attestor.quote.simulated.issued import Issued
from attestor.quote.simulated.variation import V5_TD_15, TrustDomain


@pytest.mark.parametrize("chain_id", [0, 1, 10, 8453, 11155111, 17000, 560048])
def test_platform__chain_that_is_not_for_development__is_refused(chain_id: int, now: int) -> None:
    with pytest.raises(SimulationRefused, match=f"refuses chain id {chain_id}"):
        SimulatedPlatform(b"seed", chain_id, now)


@pytest.mark.parametrize("chain_id", sorted(DEVELOPMENT_CHAIN_IDS))
def test_platform__development_chain__is_made(chain_id: int, now: int) -> None:
    provider: QuoteProvider = SimulatedPlatform(b"seed", chain_id, now)
    assert (provider.name, provider.simulated) == ("simulated", True)


def test_platform__same_seed_and_time__is_the_same_platform(
    make_platform: Callable[..., SimulatedPlatform], bound: bytes
) -> None:
    one, other = make_platform(b"seed"), make_platform(b"seed")
    assert one.quote(bound) == other.quote(bound)
    assert one.collateral() == other.collateral()
    assert one.root_der == other.root_der


def test_platform__same_seed_at_another_time__has_the_same_keys_and_quotes(
    now: int, bound: bytes
) -> None:
    one = SimulatedPlatform(b"seed", 31337, now)
    later = SimulatedPlatform(b"seed", 31337, now + 1_000_000)
    assert one.quote(bound) == later.quote(bound)
    assert one.root_der == later.root_der
    assert one.collateral(now + 1_000_000) == later.collateral()
    assert one.collateral() != later.collateral()


def test_platform__other_seed__has_another_root_and_attestation_key(
    make_platform: Callable[..., SimulatedPlatform],
) -> None:
    one, other = make_platform(b"one"), make_platform(b"other")
    assert one.root_public_key != other.root_public_key
    assert one.attestation_key != other.attestation_key


def test_root_public_key__its_coordinates__are_in_the_root_certificate(
    platform: SimulatedPlatform,
) -> None:
    x, y = platform.root_public_key
    point = b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")
    assert point in platform.root_der


@pytest.mark.parametrize("size", [0, 63, 65])
def test_quote__other_than_64_bytes__is_refused(platform: SimulatedPlatform, size: int) -> None:
    with pytest.raises(ReportDataInvalid, match=f"{size} bytes"):
        platform.quote(bytes(size))


def test_quote__defaults__is_a_trustworthy_td_of_version_4_that_says_simulated(
    platform: SimulatedPlatform, bound: bytes
) -> None:
    quote = parse(platform.quote(bound))
    assert (quote.version, quote.body_type) == (4, BodyType.TD_10)
    assert quote.report_data == bound
    measurement = require_trustworthy(quote.body)
    assert measurement == platform.measurement
    assert measurement.id == platform.measurement_id
    assert quote.header.user_data.startswith(b"SIMULATED")
    for register in (measurement.mr_config_id, measurement.mr_owner, measurement.mr_owner_config):
        assert register.startswith(b"SIMULATED")
    assert quote.evidence.qe_report[128:160] == platform.qe_mr_signer
    assert b"SIMULATED" in platform.qe_mr_signer
    assert quote.evidence.qe_report.count(b"SIMULATED") == 2


def test_quote__version_5__is_of_td_15_and_has_the_same_measurement(
    make_platform: Callable[..., SimulatedPlatform], platform: SimulatedPlatform, bound: bytes
) -> None:
    other = make_platform(envelope=V5_TD_15)
    quote = parse(other.quote(bound))
    assert (quote.version, quote.body_type) == (5, BodyType.TD_15)
    assert Measurement.from_td_body(quote.body).id == platform.measurement_id


def test_measurement_id__another_register__is_another(
    make_platform: Callable[..., SimulatedPlatform], platform: SimulatedPlatform
) -> None:
    other = make_platform(trust_domain=TrustDomain(mr_td=b"\x01" * 48))
    assert other.measurement_id != platform.measurement_id


def test_collateral__issued__names_machine_and_period(
    platform: SimulatedPlatform, now: int
) -> None:
    collateral = platform.collateral()
    tcb_info = json.loads(collateral.tcb_info)
    assert tcb_info["fmspc"] == b"SIMDEV".hex().upper()
    assert (tcb_info["id"], tcb_info["version"]) == ("TDX", 3)
    assert tcb_info["issueDate"] == "2026-09-20T14:13:20Z"
    assert tcb_info["nextUpdate"] == "2026-10-21T14:13:20Z"
    identity = json.loads(collateral.qe_identity)
    assert (identity["id"], identity["version"]) == ("TD_QE", 2)
    assert bytes.fromhex(identity["mrsigner"]) == platform.qe_mr_signer


def test_collateral__its_json__is_compact_and_in_the_contracts_order(
    platform: SimulatedPlatform,
) -> None:
    text = platform.collateral().tcb_info
    assert " " not in text
    assert list(json.loads(text)) == [
        "id",
        "version",
        "issueDate",
        "nextUpdate",
        "fmspc",
        "pceId",
        "tcbType",
        "tcbEvaluationDataNumber",
        "tdxModule",
        "tdxModuleIdentities",
        "tcbLevels",
    ]


def test_collateral__for_sgx__has_nothing_of_tdx(
    make_platform: Callable[..., SimulatedPlatform],
) -> None:
    tcb_info = make_platform(issued=Issued(tcb_info_id="SGX")).collateral().tcb_info
    assert "tdx" not in tcb_info


def test_variation__defaults__are_one_frozen_value() -> None:
    assert Variation() == Variation()
    assert hash(Variation()) == hash(Variation())
