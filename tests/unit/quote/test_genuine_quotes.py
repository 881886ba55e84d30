"""Quotes of real machines, with the verdicts that are known for them."""

import hashlib
from pathlib import Path

import pytest

from attestor.core.measurement import require_trustworthy
from attestor.errors import MeasurementRefused, QuoteRefused
from attestor.quote import qvl
from attestor.quote.collateral import Collateral
from attestor.quote.format import BodyType, Quote, parse
from attestor.quote.gate import GatePolicy, SimulatedRoot, assess, judge
from attestor.quote.simulated import SimulatedPlatform

TDX_V4_TIME = 1750330571
SGX_V3_TIME = 1750331571
TDX_V5_TIME = 1772000000


def load(vectors: Path, name: str) -> tuple[bytes, Quote, Collateral]:
    raw = (vectors / "dcap" / name / "quote.bin").read_bytes()
    text = (vectors / "dcap" / name / "collateral.json").read_bytes()
    return raw, parse(raw), Collateral.from_json(text)


def test_tdx_v4__at_its_time__is_up_to_date_under_intels_root(vectors: Path) -> None:
    raw, quote, collateral = load(vectors, "tdx_v4")
    assert (quote.version, quote.body_type) == (4, BodyType.TD_10)
    assert len(raw) == 5006
    assert len(quote.trimmed) < 5006
    verdict = judge(quote.trimmed, quote.report_data, collateral, TDX_V4_TIME, GatePolicy())
    assert verdict.status == "UpToDate"
    assert verdict.advisory_ids == ()
    assert verdict.fmspc == bytes.fromhex("B0C06F000000")
    assert verdict.simulated is False
    assert verdict.measurement == require_trustworthy(quote.body)


def test_tdx_v4__as_delivered__is_refused_for_its_padding(vectors: Path) -> None:
    raw, quote, collateral = load(vectors, "tdx_v4")
    with pytest.raises(QuoteRefused, match="padding"):
        judge(raw, quote.report_data, collateral, TDX_V4_TIME, GatePolicy())


def test_tdx_v4__under_a_simulated_root__is_refused(
    vectors: Path, platform: SimulatedPlatform
) -> None:
    _, quote, collateral = load(vectors, "tdx_v4")
    policy = GatePolicy(root=SimulatedRoot(platform.root_der, 31337))
    with pytest.raises(QuoteRefused, match="dcap-qvl refuses"):
        judge(quote.trimmed, quote.report_data, collateral, TDX_V4_TIME, policy)


@pytest.mark.parametrize("offset", [100, 200, 640, 700, 800, 1160])
def test_tdx_v4__one_bit_changed__is_refused(vectors: Path, offset: int) -> None:
    _, quote, collateral = load(vectors, "tdx_v4")
    raw = bytearray(quote.trimmed)
    raw[offset] ^= 1
    with pytest.raises(QuoteRefused):
        judge(bytes(raw), quote.report_data, collateral, TDX_V4_TIME, GatePolicy())


def test_sgx_v3__at_its_time__is_genuine_but_has_no_measurement(vectors: Path) -> None:
    raw, quote, collateral = load(vectors, "sgx_v3")
    assert (quote.version, quote.body_type) == (3, BodyType.SGX)
    assert len(raw) == 4600
    verified = qvl.verify(raw, collateral, None, SGX_V3_TIME)
    assert verified.status == "ConfigurationAndSWHardeningNeeded"
    assert set(verified.advisory_ids) == {"INTEL-SA-00289", "INTEL-SA-00615"}
    assert verified.fmspc == bytes.fromhex("00A067110000")
    policy = GatePolicy(allowed_tcb_statuses=frozenset({verified.status}))
    assessment = assess(quote.trimmed, quote.report_data, collateral, SGX_V3_TIME, policy)
    assert assessment.status == verified.status
    with pytest.raises(MeasurementRefused, match="SGX enclave"):
        judge(quote.trimmed, quote.report_data, collateral, SGX_V3_TIME, policy)


def test_tdx_v5__outdated_platform__matches_no_tcb_level(vectors: Path) -> None:
    raw, quote, collateral = load(vectors, "tdx_v5_outdated")
    assert (quote.version, quote.body_type) == (5, BodyType.TD_15)
    assert quote.trimmed == raw
    with pytest.raises(QuoteRefused, match="No matching TCB level") as caught:
        judge(raw, quote.report_data, collateral, TDX_V5_TIME, GatePolicy())
    assert "older than every TCB level" in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["tdx_v4", "sgx_v3", "tdx_v5_outdated"])
def test_genuine__their_qe_reports__bind_the_attestation_key(vectors: Path, name: str) -> None:
    _, quote, _ = load(vectors, name)
    bound = hashlib.sha256(quote.attestation_key + quote.evidence.qe_auth_data).digest()
    assert quote.qe_report_data == bound + bytes(32)
    assert quote.pem_chain.count(b"BEGIN CERTIFICATE") == 3
