"""The gate: order of its checks, its verdict, and the policy it is given."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from eth_utils.crypto import keccak

from attestor.collateral.sources import SimulatedSource
from attestor.core.tcb import ALLOWABLE_STATUSES
from attestor.errors import (
    CollateralExpired,
    CollateralInvalid,
    CollateralUnreachable,
    ConfigurationInvalid,
    MeasurementRefused,
    QuoteInvalid,
    QuoteRefused,
    ReportDataMismatch,
    SimulationRefused,
    TcbStatusRefused,
)
from attestor.quote.collateral import Collateral
from attestor.quote.gate import (
    NOT_JUDGED,
    Gate,
    GatePolicy,
    SimulatedRoot,
    assess,
    judge,
    require_same_pce,
)
from attestor.quote.simulated import SimulatedPlatform
from attestor.quote.simulated.issued import DAY, Issued, TcbLevel
from attestor.quote.simulated.variation import (
    V3_SGX,
    V5_TD_10,
    V5_TD_15,
    Envelope,
    Machine,
    TrustDomain,
    sgx,
)


@pytest.fixture(scope="module")
def policy(platform: SimulatedPlatform) -> GatePolicy:
    return GatePolicy(root=SimulatedRoot(platform.root_der, 31337))


class CountingSource:
    """Gives one collateral, or raises, and counts how often it was asked."""

    def __init__(self, answer: Collateral | Exception) -> None:
        self.answer = answer
        self.asked: list[tuple[bytes, int]] = []

    def collateral(self, quote: bytes, now: int) -> Collateral:
        self.asked.append((quote, now))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize("envelope", [Envelope(), V5_TD_10, V5_TD_15], ids=["v4", "v5", "v5-15"])
def test_judge__sound_quote__gives_the_whole_verdict(
    make_platform: Callable[..., SimulatedPlatform],
    bound: bytes,
    now: int,
    policy: GatePolicy,
    envelope: Envelope,
) -> None:
    platform = make_platform(envelope=envelope)
    raw = platform.quote(bound)
    collateral = platform.collateral()
    verdict = judge(raw, bound, collateral, now, policy)
    assert verdict.status == "UpToDate"
    assert verdict.advisory_ids == ()
    assert verdict.measurement == platform.measurement
    assert verdict.measurement_id == platform.measurement_id
    assert verdict.quote_hash == keccak(raw)
    assert verdict.fmspc == b"SIMDEV"
    assert verdict.collateral_valid_until == now + 30 * DAY
    assert verdict.collateral_id == collateral.id
    assert verdict.simulated is True


def test_judge__simulated_quote_under_intels_root__is_refused(
    platform: SimulatedPlatform, bound: bytes, now: int
) -> None:
    with pytest.raises(QuoteRefused, match="dcap-qvl refuses"):
        judge(platform.quote(bound), bound, platform.collateral(), now, GatePolicy())


def test_judge__root_of_another_seed__is_refused(
    make_platform: Callable[..., SimulatedPlatform],
    platform: SimulatedPlatform,
    bound: bytes,
    now: int,
) -> None:
    policy = GatePolicy(root=SimulatedRoot(make_platform(b"other").root_der, 31337))
    with pytest.raises(QuoteRefused):
        judge(platform.quote(bound), bound, platform.collateral(), now, policy)


@pytest.mark.parametrize("chain_id", [1, 10, 8453, 11155111])
def test_simulated_root__chain_that_is_not_for_development__is_refused(
    platform: SimulatedPlatform, chain_id: int
) -> None:
    assert SimulatedRoot(platform.root_der, 31337)
    with pytest.raises(SimulationRefused, match=f"refuses chain id {chain_id}"):
        SimulatedRoot(platform.root_der, chain_id)


def test_judge__root_that_is_no_certificate__is_refused(
    platform: SimulatedPlatform, bound: bytes, now: int
) -> None:
    policy = GatePolicy(root=SimulatedRoot(b"no certificate", 31337))
    with pytest.raises(QuoteRefused):
        judge(platform.quote(bound), bound, platform.collateral(), now, policy)


def test_judge__other_report_data__is_a_mismatch_that_shows_both(
    platform: SimulatedPlatform, bound: bytes, now: int, policy: GatePolicy
) -> None:
    with pytest.raises(ReportDataMismatch) as caught:
        judge(platform.quote(bytes(64)), bound, platform.collateral(), now, policy)
    assert bytes(64).hex() in caught.value.message
    assert bound.hex() in caught.value.message


@pytest.mark.parametrize("expected", [b"", bytes(63)])
def test_judge__expectation_of_other_length__never_matches(
    platform: SimulatedPlatform, now: int, policy: GatePolicy, expected: bytes
) -> None:
    with pytest.raises(ReportDataMismatch):
        judge(platform.quote(bytes(64)), expected, platform.collateral(), now, policy)


@pytest.mark.parametrize("moment", [-2 * DAY, 30 * DAY, 365 * DAY])
def test_judge__collateral_out_of_its_period__is_expired_not_refused(
    platform: SimulatedPlatform, bound: bytes, now: int, policy: GatePolicy, moment: int
) -> None:
    with pytest.raises(CollateralExpired):
        judge(platform.quote(bound), bound, platform.collateral(), now + moment, policy)


def test_judge__collateral_of_another_seed__is_refused(
    make_platform: Callable[..., SimulatedPlatform],
    platform: SimulatedPlatform,
    bound: bytes,
    now: int,
    policy: GatePolicy,
) -> None:
    with pytest.raises(QuoteRefused):
        judge(platform.quote(bound), bound, make_platform(b"b").collateral(), now, policy)


def test_judge__tcb_info_altered__is_refused(
    platform: SimulatedPlatform, bound: bytes, now: int, policy: GatePolicy
) -> None:
    collateral = platform.collateral()
    forged = replace(collateral, tcb_info=collateral.tcb_info.replace('"pcesvn":13', '"pcesvn":12'))
    assert forged != collateral
    with pytest.raises(QuoteRefused):
        judge(platform.quote(bound), bound, forged, now, policy)


def test_judge__tcb_info_without_pce_id__is_invalid_collateral(
    platform: SimulatedPlatform, bound: bytes, now: int
) -> None:
    collateral = platform.collateral()
    require_same_pce(bytes(2), collateral)
    for text in ("{}", "[]", '{"pceId":5}', '{"pceId":"zz"}', "{"):
        with pytest.raises(CollateralInvalid, match="pceId"):
            require_same_pce(bytes(2), replace(collateral, tcb_info=text))


@pytest.mark.parametrize(
    "status",
    sorted(
        set(ALLOWABLE_STATUSES)
        - {"UpToDate", "TDRelaunchAdvised", "TDRelaunchAdvisedConfigurationNeeded"}
    ),
)
def test_judge__status_other_than_up_to_date__needs_to_be_allowed(
    make_platform: Callable[..., SimulatedPlatform],
    bound: bytes,
    now: int,
    policy: GatePolicy,
    status: str,
) -> None:
    level = replace(Issued().levels[0], status=status, advisories=("INTEL-SA-00001",))
    platform = make_platform(issued=Issued(levels=(level, Issued().levels[1])))
    arguments = (platform.quote(bound), bound, platform.collateral(), now)
    with pytest.raises(TcbStatusRefused, match=f"{status}, advisories: INTEL-SA-00001"):
        judge(*arguments, policy)
    allowing = replace(policy, allowed_tcb_statuses=frozenset({status}))
    verdict = judge(*arguments, allowing)
    assert (verdict.status, verdict.advisory_ids) == (status, ("INTEL-SA-00001",))


def test_judge__up_to_date_not_allowed__is_refused_too(
    platform: SimulatedPlatform, bound: bytes, now: int, policy: GatePolicy
) -> None:
    strange = replace(policy, allowed_tcb_statuses=frozenset({"OutOfDate"}))
    with pytest.raises(TcbStatusRefused, match="UpToDate"):
        judge(platform.quote(bound), bound, platform.collateral(), now, strange)


def test_judge__td_relaunch_advised__is_recognised(
    make_platform: Callable[..., SimulatedPlatform], bound: bytes, now: int, policy: GatePolicy
) -> None:
    """A TD that was launched on an older module than the one that runs now."""
    old, new = bytes([2, 1, 7]) + bytes(13), bytes([4, 1, 7]) + bytes(13)
    level = TcbLevel(Issued().levels[0].cpu_svn, (4, 1, 7, *bytes(13)), 13, "UpToDate")
    platform = make_platform(
        envelope=V5_TD_15,
        trust_domain=TrustDomain(tee_tcb_svn=old, tee_tcb_svn2=new),
        issued=Issued(levels=(level, Issued().levels[1])),
    )
    arguments = (platform.quote(bound), bound, platform.collateral(), now)
    with pytest.raises(TcbStatusRefused, match="status is TDRelaunchAdvised"):
        judge(*arguments, policy)


@pytest.mark.parametrize("statuses", [{"Revoked"}, {"UpToDate", "uptodate"}, {""}, set()], ids=repr)
def test_policy__status_that_cannot_be_allowed__is_a_configuration_error(
    statuses: set[str],
) -> None:
    with pytest.raises(ConfigurationInvalid, match="cannot be allowed"):
        GatePolicy(allowed_tcb_statuses=frozenset(statuses))


def test_gate__sound_quote__asks_the_source_once_with_quote_and_time(
    platform: SimulatedPlatform, bound: bytes, now: int, policy: GatePolicy
) -> None:
    source = CountingSource(platform.collateral())
    raw = platform.quote(bound)
    assert Gate(source, lambda: now + 0.9, policy)(raw, bound).quote_hash == keccak(raw)
    assert source.asked == [(raw, now)]


@pytest.mark.parametrize("raw", [b"", bytes(5000), b"\xd8" * 100])
def test_gate__no_quote__is_refused_before_the_source_is_asked(
    platform: SimulatedPlatform, bound: bytes, now: int, policy: GatePolicy, raw: bytes
) -> None:
    source = CountingSource(platform.collateral())
    with pytest.raises(QuoteInvalid):
        Gate(source, lambda: now, policy)(raw, bound)
    with pytest.raises(ReportDataMismatch):
        Gate(source, lambda: now, policy)(platform.quote(bytes(64)), bound)
    assert source.asked == []


def test_gate__source_fails__raises_its_error(
    platform: SimulatedPlatform, bound: bytes, now: int, policy: GatePolicy
) -> None:
    source = CountingSource(CollateralUnreachable("down"))
    with pytest.raises(CollateralUnreachable, match="down"):
        Gate(source, lambda: now, policy)(platform.quote(bound), bound)


def test_gate__source_fails_later__last_collateral_is_gone_by_while_it_is_valid(
    platform: SimulatedPlatform, bound: bytes, now: int, policy: GatePolicy
) -> None:
    source, moment = CountingSource(platform.collateral()), [now]
    gate = Gate(source, lambda: moment[0], policy)
    assert gate(platform.quote(bound), bound).status == "UpToDate"
    source.answer = CollateralUnreachable("down")
    assert gate(platform.quote(bound), bound).status == "UpToDate"
    moment[0] += 40 * DAY
    with pytest.raises(CollateralExpired):
        gate(platform.quote(bound), bound)


def test_gate__no_collateral_for_a_renewal__is_left_to_the_registry(
    platform: SimulatedPlatform, bound: bytes, now: int, policy: GatePolicy
) -> None:
    gate = Gate(CountingSource(CollateralUnreachable("down")), lambda: now, policy)
    raw = platform.quote(bound)
    verdict = gate(raw, bound, for_renewal=True)
    assert (verdict.status, verdict.fmspc) == (NOT_JUDGED, b"SIMDEV")
    assert verdict.collateral_id is None
    assert verdict.quote_hash == keccak(raw)
    assert (
        verdict.measurement_id
        == judge(raw, bound, platform.collateral(), now, policy).measurement_id
    )
    with pytest.raises(ReportDataMismatch):
        gate(platform.quote(bytes(64)), bound, for_renewal=True)


def test_gate__bad_platform__is_refused_for_a_renewal_too(
    platform: SimulatedPlatform, bound: bytes, now: int, policy: GatePolicy
) -> None:
    """It is known to be bad: only what nobody could say is left to the registry."""
    strict = GatePolicy(frozenset({"SWHardeningNeeded"}), policy.root)
    gate = Gate(CountingSource(platform.collateral()), lambda: now, strict)
    with pytest.raises(TcbStatusRefused):
        gate(platform.quote(bound), bound, for_renewal=True)


def test_gate__simulated_source__works_as_time_passes(
    platform: SimulatedPlatform, bound: bytes, now: int, policy: GatePolicy
) -> None:
    moment = [now]
    gate = Gate(SimulatedSource(platform), lambda: moment[0], policy)
    for _ in range(3):
        assert gate(platform.quote(bound), bound).status == "UpToDate"
        moment[0] += 100 * DAY


def sgx_platform(
    make_platform: Callable[..., SimulatedPlatform], envelope: Envelope = V3_SGX
) -> SimulatedPlatform:
    variation = sgx(envelope)
    return make_platform(
        enclave=variation.enclave, envelope=variation.envelope, issued=variation.issued
    )


def test_assess__sgx_enclave__is_judged_like_a_td(
    make_platform: Callable[..., SimulatedPlatform], bound: bytes, now: int, policy: GatePolicy
) -> None:
    platform = sgx_platform(make_platform)
    raw = platform.quote(bound)
    assessment = assess(raw, bound, platform.collateral(), now, policy)
    assert assessment.status == "UpToDate"
    assert assessment.fmspc == b"SIMDEV"
    assert assessment.valid_until == now + 30 * DAY
    assert assessment.quote.trimmed == raw


def test_judge__sgx_enclave__has_no_measurement_that_a_registry_allows(
    make_platform: Callable[..., SimulatedPlatform], bound: bytes, now: int, policy: GatePolicy
) -> None:
    platform = sgx_platform(make_platform)
    with pytest.raises(MeasurementRefused, match="SGX enclave"):
        judge(platform.quote(bound), bound, platform.collateral(), now, policy)


def test_gate__sgx_enclave__is_refused_before_collateral_is_fetched(
    make_platform: Callable[..., SimulatedPlatform], bound: bytes, now: int, policy: GatePolicy
) -> None:
    platform = sgx_platform(make_platform)
    source = CountingSource(platform.collateral())
    with pytest.raises(MeasurementRefused, match="SGX enclave"):
        Gate(source, lambda: now, policy)(platform.quote(bound), bound)
    assert source.asked == []


def test_judge__expired_pck__has_a_hint(
    make_platform: Callable[..., SimulatedPlatform], bound: bytes, now: int, policy: GatePolicy
) -> None:
    platform = make_platform(machine=Machine(pck_not_after=now - DAY))
    with pytest.raises(QuoteRefused) as caught:
        judge(platform.quote(bound), bound, platform.collateral(), now, policy)
    assert "clock" in (caught.value.hint or "")
