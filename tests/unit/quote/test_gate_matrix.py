"""What may be wrong with a quote, case by case: what dcap-qvl says, and what our gate says.

The middle column pins dcap-qvl's behaviour; where it says a status, only our own check refuses.
Each case starts from a sound platform (the positive control is the first test) and changes one
thing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from attestor.errors import (
    AttestorError,
    CollateralExpired,
    MeasurementRefused,
    QuoteInvalid,
    QuoteRefused,
    ReportDataMismatch,
    TcbStatusRefused,
)
from attestor.quote import qvl
from attestor.quote.format import parse
from attestor.quote.gate import GatePolicy, SimulatedRoot, judge
from attestor.quote.simulated.builder import assemble, enclave_report
from attestor.quote.simulated.keys import P256_ORDER
from attestor.quote.simulated.variation import (
    DAY,
    QE_MR_SIGNER,
    V5_TD_15,
    Envelope,
    Issued,
    IsvLevel,
    Machine,
    QuotingEnclave,
    TrustDomain,
)

NOW = 1_790_000_000
LEVELS = Issued().levels
REFUSED = "refused"
"""dcap-qvl raises."""


@dataclass(frozen=True)
class Case:
    """One thing wrong. `parts` are of the platform's variation, `change` is done to the quote."""

    name: str
    dcap_qvl: str
    ours: type[AttestorError] | None
    reason: str | None = None
    parts: dict[str, Any] = field(default_factory=dict)
    change: Callable[[bytes], bytes] = bytes


def flip(offset: int) -> Callable[[bytes], bytes]:
    return lambda quote: quote[:offset] + bytes([quote[offset] ^ 1]) + quote[offset + 1 :]


def put(offset: int, value: bytes) -> Callable[[bytes], bytes]:
    return lambda quote: quote[:offset] + value + quote[offset + len(value) :]


def high_s_twin(quote: bytes) -> bytes:
    s = int.from_bytes(quote[668:700], "big")
    return put(668, (P256_ORDER - s).to_bytes(32, "big"))(quote)


def chain(*names: str, end: bytes = b"") -> dict[str, Any]:
    return {"envelope": Envelope(chain=names, chain_end=end)}


def domain(**registers: bytes) -> dict[str, Any]:
    return {"trust_domain": TrustDomain(**registers)}


def attributes(text: str) -> dict[str, Any]:
    return domain(td_attributes=bytes.fromhex(text))


def enclave(**changes: Any) -> dict[str, Any]:
    return {"enclave": QuotingEnclave(**changes)}


def issued(**changes: Any) -> dict[str, Any]:
    return {"issued": Issued(**changes)}


def machine(**changes: Any) -> dict[str, Any]:
    return {"machine": Machine(**changes)}


def top_status(status: str) -> dict[str, Any]:
    return issued(levels=(replace(LEVELS[0], status=status), LEVELS[1]))


ALTERED = [
    Case("report data", REFUSED, ReportDataMismatch, change=flip(600)),
    Case("mr_td", REFUSED, QuoteRefused, "signature", change=flip(190)),
    Case("user data", REFUSED, QuoteRefused, "signature", change=flip(40)),
    Case("quote signature", REFUSED, QuoteRefused, "signature", change=flip(650)),
    Case("attestation key", REFUSED, QuoteRefused, change=flip(710)),
    Case("QE report", REFUSED, QuoteRefused, "qe_report", change=flip(900)),
    Case("QE report signature", REFUSED, QuoteRefused, "qe_report", change=flip(1160)),
    Case("QE auth data", REFUSED, QuoteRefused, change=flip(1230)),
    Case("r = 0", REFUSED, QuoteRefused, change=put(636, bytes(32))),
    Case("s = 0", REFUSED, QuoteRefused, change=put(668, bytes(32))),
    Case("s = order", REFUSED, QuoteRefused, change=put(668, P256_ORDER.to_bytes(32, "big"))),
    Case("other s of the same signature", "UpToDate", None, change=high_s_twin),
]
LENGTHS = [
    Case("1 zero byte more", "UpToDate", QuoteRefused, "padding", change=lambda q: q + b"\0"),
    Case("100 zeros more", "UpToDate", QuoteRefused, "padding", change=lambda q: q + bytes(100)),
    Case("1 byte more", "UpToDate", QuoteInvalid, "not zero", change=lambda q: q + b"\1"),
    Case("1 byte less", REFUSED, QuoteInvalid, change=lambda q: q[:-1]),
    Case("half", REFUSED, QuoteInvalid, change=lambda q: q[: len(q) // 2]),
    Case("40 bytes", REFUSED, QuoteInvalid, change=lambda q: q[:40]),
    Case("empty", REFUSED, QuoteInvalid, change=lambda q: b""),
    Case("zeros", REFUSED, QuoteInvalid, "version 0", change=lambda q: bytes(len(q))),
]
FORM = [
    Case("version 6", REFUSED, QuoteInvalid, "version 6", change=put(0, b"\6\0")),
    Case("version 3 on a TD", REFUSED, QuoteInvalid, "version 3", change=put(0, b"\3\0")),
    Case("TEE type 0x82", REFUSED, QuoteInvalid, "0x82", change=put(4, b"\x82")),
    Case("key type 3", REFUSED, QuoteInvalid, "P-384", change=put(2, b"\3\0")),
    Case(
        "other vendor",
        REFUSED,
        QuoteRefused,
        "not Intel",
        {"envelope": Envelope(vendor_id=b"SIMULATED VENDOR")},
    ),
    Case(
        "body type 1 with TEE 0x81",
        REFUSED,
        QuoteInvalid,
        "contradicts",
        {"envelope": V5_TD_15},
        put(48, b"\1\0"),
    ),
    Case(
        "outer type 5",
        "UpToDate",
        QuoteInvalid,
        "outer certification type 5",
        {"envelope": Envelope(outer_type=5)},
    ),
    Case(
        "inner type 1",
        REFUSED,
        QuoteRefused,
        "certification type 1",
        {"envelope": Envelope(inner_type=1)},
    ),
    Case("empty chain", REFUSED, QuoteRefused, parts=chain()),
    Case("leaf only", REFUSED, QuoteRefused, parts=chain("pck")),
    Case("chain without root", "UpToDate", None, parts=chain("pck", "pck_ca")),
    Case("reversed chain", REFUSED, QuoteRefused, parts=chain("root", "pck_ca", "pck")),
    Case("chain of four", "UpToDate", None, parts=chain("pck", "pck_ca", "root", "root")),
    Case("NUL after the chain", "UpToDate", None, parts=chain("pck", "pck_ca", "root", end=b"\0")),
]
ENCLAVE = [
    Case("mr_signer", REFUSED, QuoteRefused, parts=enclave(mr_signer=b"\1" * 32)),
    Case("product id", REFUSED, QuoteRefused, parts=enclave(isv_prod_id=1)),
    Case("misc select", REFUSED, QuoteRefused, parts=enclave(misc_select=1)),
    Case(
        "debug QE",
        REFUSED,
        QuoteRefused,
        parts=enclave(attributes=bytes.fromhex("1300000000000000e700000000000000")),
    ),
    Case("QE out of date", "OutOfDate", TcbStatusRefused, "OutOfDate", enclave(isv_svn=6)),
    Case("QE below all levels", REFUSED, QuoteRefused, parts=enclave(isv_svn=5)),
    Case(
        "QE revoked",
        REFUSED,
        QuoteRefused,
        parts=issued(enclave_levels=(IsvLevel(8, "Revoked"),)),
    ),
    Case(
        "tail of QE report data",
        "UpToDate",
        QuoteRefused,
        "second half",
        enclave(report_data_tail=bytes(31) + b"\1"),
    ),
    Case("no QE auth data", REFUSED, QuoteRefused, parts=enclave(auth_data=b"")),
    Case("64 bytes of auth data", REFUSED, QuoteRefused, parts=enclave(auth_data=bytes(64))),
    Case(
        "identity of another QE",
        REFUSED,
        QuoteRefused,
        parts=issued(enclave_mr_signer=QE_MR_SIGNER[::-1]),
    ),
]
CERTIFICATES = [
    Case("PCK expired", REFUSED, QuoteRefused, "CertExpired", machine(pck_not_after=NOW - 1)),
    Case("PCK revoked", REFUSED, QuoteRefused, "CertRevoked", issued(pck_revoked=True)),
    Case("PCK CA revoked", REFUSED, QuoteRefused, "CertRevoked", issued(pck_ca_revoked=True)),
    Case(
        "TCB signing revoked",
        REFUSED,
        QuoteRefused,
        "CertRevoked",
        issued(tcb_signing_revoked=True),
    ),
    Case("foreign machines revoked", "UpToDate", None, parts=issued(foreign_revocations=44)),
    Case("Processor CA", "UpToDate", None, parts=machine(authority="Processor")),
]
COLLATERAL = [
    Case("TCB info expired", REFUSED, CollateralExpired, "TCB info", issued(tcb_info_valid_for=-1)),
    Case(
        "QE identity expired",
        REFUSED,
        CollateralExpired,
        "QE identity",
        issued(enclave_identity_valid_for=-1),
    ),
    Case("root CRL expired", REFUSED, CollateralExpired, "root CRL", issued(root_crl_valid_for=-1)),
    Case("PCK CRL expired", REFUSED, CollateralExpired, "PCK CRL", issued(pck_crl_valid_for=-1)),
    Case("other FMSPC", REFUSED, QuoteRefused, "Fmspc", issued(fmspc=b"OTHERS")),
    Case("other PCE", "UpToDate", QuoteRefused, "PCE 0001", issued(pce_id=b"\0\1")),
    Case("TCB info for SGX", REFUSED, QuoteRefused, parts=issued(tcb_info_id="SGX")),
    Case("QE identity for SGX", REFUSED, QuoteRefused, parts=issued(enclave_id="QE")),
]
TCB = [
    *(
        Case(status, status, TcbStatusRefused, status, top_status(status))
        for status in (
            "SWHardeningNeeded",
            "ConfigurationNeeded",
            "ConfigurationAndSWHardeningNeeded",
            "OutOfDate",
            "OutOfDateConfigurationNeeded",
        )
    ),
    Case("Revoked", REFUSED, QuoteRefused, parts=top_status("Revoked")),
    Case("old CPU", "OutOfDate", TcbStatusRefused, parts=machine(cpu_svn=(0,) * 16)),
    Case(
        "CPU below all levels",
        REFUSED,
        QuoteRefused,
        "No matching TCB",
        {**machine(cpu_svn=(0,) * 16), **issued(levels=LEVELS[:1])},
    ),
    Case("PCE below all levels", REFUSED, QuoteRefused, "No matching TCB", machine(pce_svn=4)),
    Case("levels in another order", "UpToDate", None, parts=issued(levels=LEVELS[::-1])),
    Case(
        "TDX module revoked",
        REFUSED,
        QuoteRefused,
        parts=issued(module_levels=(IsvLevel(4, "Revoked"),)),
    ),
    Case(
        "TDX module of unknown version",
        REFUSED,
        QuoteRefused,
        parts=domain(tee_tcb_svn=bytes([4, 2, 7]) + bytes(13)),
    ),
    Case(
        "TDX module below all levels",
        REFUSED,
        QuoteRefused,
        parts=domain(tee_tcb_svn=bytes([1, 1, 7]) + bytes(13)),
    ),
]
DOMAIN = [
    Case(
        "mr_signer_seam",
        REFUSED,
        MeasurementRefused,
        "mr_signer_seam",
        domain(mr_signer_seam=b"\1" * 48),
    ),
    Case(
        "seam_attributes",
        REFUSED,
        MeasurementRefused,
        "seam_attributes",
        domain(seam_attributes=b"\1" * 8),
    ),
    Case("debug TD", REFUSED, MeasurementRefused, "untrusted", attributes("0100001000000000")),
    Case(
        "reserved TUD bit", REFUSED, MeasurementRefused, "untrusted", attributes("0200001000000000")
    ),
    Case("SEPT_VE not disabled", REFUSED, MeasurementRefused, "SEPT_VE", attributes("00" * 8)),
    Case("migratable", REFUSED, MeasurementRefused, "migratable", attributes("0000003000000000")),
    Case(
        "service TD",
        REFUSED,
        MeasurementRefused,
        "mr_service_td",
        {"envelope": V5_TD_15, **domain(mr_service_td=b"\1" * 48)},
    ),
    Case("reserved attribute bit", REFUSED, QuoteRefused, parts=attributes("0001001000000000")),
    Case("PERFMON", "UpToDate", None, parts=attributes("0000001000000080")),
]
CASES = [*ALTERED, *LENGTHS, *FORM, *ENCLAVE, *CERTIFICATES, *COLLATERAL, *TCB, *DOMAIN]


def run(case: Case, make_platform, bound: bytes):
    platform = make_platform(**case.parts)
    quote = case.change(platform.quote(bound))
    return platform, quote, platform.collateral()


def test_control__nothing_wrong__passes_both(make_platform, bound) -> None:
    for parts in ({}, {"envelope": V5_TD_15}):
        platform, quote, collateral = run(Case("", "", None, parts=parts), make_platform, bound)
        assert qvl.verify(quote, collateral, platform.root_der, NOW).status == "UpToDate"
        policy = GatePolicy(root=SimulatedRoot(platform.root_der, 31337))
        assert judge(quote, bound, collateral, NOW, policy).status == "UpToDate"


def test_cases__their_names__are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_dcap_qvl__one_thing_wrong__is_judged_as_recorded(case: Case, make_platform, bound) -> None:
    platform, quote, collateral = run(case, make_platform, bound)
    if case.dcap_qvl == REFUSED:
        with pytest.raises(QuoteRefused, match="dcap-qvl refuses"):
            qvl.verify(quote, collateral, platform.root_der, NOW)
    else:
        verified = qvl.verify(quote, collateral, platform.root_der, NOW)
        assert verified.status == case.dcap_qvl


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_gate__one_thing_wrong__is_refused_by_type_and_reason(
    case: Case, make_platform, bound
) -> None:
    platform, quote, collateral = run(case, make_platform, bound)
    policy = GatePolicy(root=SimulatedRoot(platform.root_der, 31337))
    if case.ours is None:
        assert judge(quote, bound, collateral, NOW, policy).status == "UpToDate"
        return
    with pytest.raises(case.ours, match=case.reason) as caught:
        judge(quote, bound, collateral, NOW, policy)
    assert type(caught.value) is case.ours


@pytest.mark.parametrize(
    "envelope",
    [
        Envelope(version=3, tee_type=0),
        Envelope(version=4, tee_type=0),
        Envelope(version=5, tee_type=0, body_type=1),
    ],
    ids=["v3", "v4", "v5"],
)
def test_gate__sgx_enclave__is_refused_as_tdx_only(make_platform, bound, envelope) -> None:
    platform = make_platform(envelope=envelope)
    quote = platform.quote_of(enclave_report(QuotingEnclave(), bound))
    policy = GatePolicy(root=SimulatedRoot(platform.root_der, 31337))
    with pytest.raises(MeasurementRefused, match="SGX enclave"):
        judge(quote, bound, platform.collateral(), NOW, policy)


def test_gate__leaf_of_another_ca_under_our_ca__is_refused(make_platform, bound) -> None:
    """Same names everywhere and the true CA and root, but a PCK certificate that is not theirs."""
    ours, other = make_platform(), make_platform(b"other")
    genuine = parse(other.quote(bound))

    def with_chain(chain: bytes) -> bytes:
        evidence = genuine.evidence
        return assemble(
            Envelope(),
            genuine.signed_region,
            genuine.signature,
            genuine.attestation_key,
            evidence.qe_report,
            evidence.qe_report_signature,
            evidence.qe_auth_data,
            chain,
        )

    assert with_chain(other.chain_pem) == other.quote(bound)
    forged = with_chain(other.pki.pck.pem + ours.pki.pck_ca.pem + ours.pki.root.pem)
    policy = GatePolicy(root=SimulatedRoot(ours.root_der, 31337))
    with pytest.raises(QuoteRefused, match="certificate chain"):
        judge(forged, bound, ours.collateral(), NOW, policy)


def test_gate__expired_pck__has_a_hint(make_platform, bound) -> None:
    platform = make_platform(machine=Machine(pck_not_after=NOW - DAY))
    policy = GatePolicy(root=SimulatedRoot(platform.root_der, 31337))
    with pytest.raises(QuoteRefused) as caught:
        judge(platform.quote(bound), bound, platform.collateral(), NOW, policy)
    assert "clock" in (caught.value.hint or "")
