"""What tests may bend about a simulated platform: each bend is there, and nothing else moves."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from attestor.quote.format import BodyType, parse
from attestor.quote.simulated import SimulatedPlatform
from attestor.quote.simulated.certificate import (
    AUTHORITY_KEY_ID,
    SGX,
    Certificates,
    CertificateShape,
    Issuer,
)
from attestor.quote.simulated.der import SgxExtensionShape, octets
from attestor.quote.simulated.issued import (
    DAY,
    CrlShape,
    DocumentShape,
    Evaluation,
    Issued,
    QeIdentity,
)
from attestor.quote.simulated.pki import Pki
from attestor.quote.simulated.variation import (
    V3_SGX,
    V4_SGX,
    V5_SGX,
    Enclave,
    Envelope,
    Forgery,
    Machine,
    QuotingEnclave,
    sgx,
)

SEED = b"seed of tests"
MACHINE = Machine()


def pck(**fields: Any) -> Issuer:
    return Pki.make(SEED, MACHINE, Certificates(pck=CertificateShape(**fields))).pck


def verifies(issuer: Issuer, text: str, signature: bytes) -> bool:
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        issuer.key.public_key().verify(
            encode_dss_signature(r, s), text.encode(), ec.ECDSA(SHA256())
        )
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("envelope", [V3_SGX, V4_SGX, V5_SGX], ids=["v3", "v4", "v5"])
def test_quote__sgx__is_of_the_application(
    make_platform: Callable[..., SimulatedPlatform], bound: bytes, envelope: Envelope
) -> None:
    application = Enclave(mr_enclave=b"\7" * 32, isv_prod_id=0x102, isv_svn=0x304)
    quote = parse(make_platform(envelope=envelope, application=application).quote(bound))
    assert quote.body_type is BodyType.SGX
    assert quote.report_data == bound
    assert quote.body[64:96] == b"\7" * 32
    assert quote.body[128:160] == application.mr_signer
    assert quote.body[256:260] == bytes.fromhex("02010403")
    assert quote.body[48] & 0x02 == 0


def test_sgx__platform__has_sgx_collateral(make_platform: Callable[..., SimulatedPlatform]) -> None:
    variation = sgx()
    platform = make_platform(enclave=variation.enclave, issued=variation.issued)
    info = json.loads(platform.collateral().tcb_info)
    assert info["id"] == "SGX"
    assert "tdxModule" not in info
    assert json.loads(platform.collateral().qe_identity)["id"] == "QE"
    assert json.loads(platform.collateral().qe_identity)["isvprodid"] == 1


def test_certificate__without_an_extension__has_all_others() -> None:
    sound, bent = pck(), pck(without=frozenset({AUTHORITY_KEY_ID}))
    oids = [extension.oid for extension in sound.certificate.extensions]
    assert AUTHORITY_KEY_ID in oids
    kept = [oid for oid in oids if oid != AUTHORITY_KEY_ID]
    assert [extension.oid for extension in bent.certificate.extensions] == kept


def test_certificate__times_and_names__are_as_asked() -> None:
    bent = pck(not_before=1, not_after=2, common_name="One", issuer_name="Two").certificate
    assert bent.not_valid_before_utc == datetime.fromtimestamp(1, UTC)
    assert bent.not_valid_after_utc == datetime.fromtimestamp(2, UTC)
    assert "CN=One" in bent.subject.rfc4514_string()
    assert "CN=Two" in bent.issuer.rfc4514_string()


def test_certificate__other_signer__is_not_the_issuers() -> None:
    pki = Pki.make(SEED, MACHINE, Certificates(pck=CertificateShape(signer="nobody")))
    with pytest.raises(InvalidSignature):
        pki.pck.certificate.verify_directly_issued_by(pki.pck_ca.certificate)


@pytest.mark.parametrize("critical", [True, False])
def test_certificate__unknown_extension__is_there(critical: bool) -> None:
    (unknown,) = [
        e for e in pck(unknown=critical).certificate.extensions if "1.2.3.4" in str(e.oid)
    ]
    assert unknown.critical is critical


def test_certificate__authority__is_said_in_constraints_and_usage() -> None:
    certificate = pck(authority=True).certificate
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (constraints.ca, usage.key_cert_sign) == (True, True)


@pytest.mark.parametrize(
    ("key_ids", "named"), [("own", "forged"), ("true", "true"), ("absent", None)]
)
def test_forge__key_ids__name_what_was_asked(key_ids: str, named: str | None) -> None:
    true = Pki.make(SEED, MACHINE)
    forged = true.forge(Forgery(key_ids=key_ids), MACHINE)
    assert forged.pck.certificate.issuer == true.pck.certificate.issuer
    forged.pck.certificate.verify_directly_issued_by(forged.pck_ca.certificate)
    with pytest.raises(InvalidSignature):
        forged.pck.certificate.verify_directly_issued_by(true.pck_ca.certificate)
    found = [e.value for e in forged.pck.certificate.extensions if e.oid == AUTHORITY_KEY_ID]
    expected = {"forged": [forged.pck_ca.key_id], "true": [true.pck_ca.key_id], None: []}
    assert [value.key_identifier for value in found] == expected[named]


def test_forgery__signs_the_qe_report__and_carries_what_the_envelope_names(
    make_platform: Callable[..., SimulatedPlatform], bound: bytes
) -> None:
    envelope = Envelope(chain=("forged_pck", "pck_ca", "root"))
    platform = make_platform(forgery=Forgery(), envelope=envelope)
    quote = parse(platform.quote(bound))
    assert platform.forged is not None
    chain = x509.load_pem_x509_certificates(quote.pem_chain)
    assert chain[0] == platform.forged.pck.certificate
    assert chain[1] == platform.pki.pck_ca.certificate
    evidence = quote.evidence
    signature = evidence.qe_report_signature
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    key = platform.forged.pck.key.public_key()
    key.verify(encode_dss_signature(r, s), evidence.qe_report, ec.ECDSA(SHA256()))


def test_quoting_enclave__bound__replaces_the_hash(
    make_platform: Callable[..., SimulatedPlatform], bound: bytes
) -> None:
    quote = parse(make_platform(enclave=QuotingEnclave(bound=b"\5" * 32)).quote(bound))
    assert quote.qe_report_data == b"\5" * 32 + bytes(32)


def test_sgx_extension__shape__changes_only_its_fields() -> None:
    def value(**fields: Any) -> bytes:
        machine = Machine(extension=SgxExtensionShape(**fields))
        certificate = Pki.make(SEED, machine).pck.certificate
        extension = certificate.extensions.get_extension_for_oid(SGX).value
        assert isinstance(extension, x509.UnrecognizedExtension)
        return extension.value

    fmspc = octets(b"SIMDEV")
    sound = value()
    assert sound.count(fmspc) == 1
    assert value(without=frozenset({"4"})).count(fmspc) == 0
    assert value(repeated=frozenset({"4"})).count(fmspc) == 2
    assert value(values=(("4", octets(b"OTHERS")),)) == sound.replace(b"SIMDEV", b"OTHERS")
    assert len(value(backwards=True)) == len(sound)
    assert value(backwards=True) != sound


def test_crl__shapes__leave_out_or_alter(now: int) -> None:
    pki = Pki.make(SEED, MACHINE)

    def root_crl(**fields: Any) -> x509.CertificateRevocationList:
        issued = Issued(root_crl=CrlShape(**fields))
        return x509.load_der_x509_crl(pki.root_crl(issued, now))

    key = pki.root.key.public_key()
    assert root_crl().is_signature_valid(key)
    assert not root_crl(altered=True).is_signature_valid(key)
    assert [type(e.value) for e in root_crl(numbered=False).extensions] == [
        x509.AuthorityKeyIdentifier
    ]
    assert [type(e.value) for e in root_crl(identified=False).extensions] == [x509.CRLNumber]


def test_documents__shapes__change_values_signer_and_text(
    make_platform: Callable[..., SimulatedPlatform],
) -> None:
    shape = DocumentShape(values=(("version", 9), ("novelty", True)), signer="pck_ca")
    platform = make_platform(issued=Issued(tcb_info=shape))
    collateral = platform.collateral()
    info = json.loads(collateral.tcb_info)
    assert (info["version"], info["novelty"]) == (9, True)
    assert verifies(platform.pki.pck_ca, collateral.tcb_info, collateral.tcb_info_signature)
    assert verifies(
        platform.pki.tcb_signing, collateral.qe_identity, collateral.qe_identity_signature
    )


def test_documents__altered__say_something_better_than_was_signed(
    make_platform: Callable[..., SimulatedPlatform],
) -> None:
    platform = make_platform(issued=Issued(qe_identity_document=DocumentShape(altered=True)))
    collateral = platform.collateral()
    statuses = [level["tcbStatus"] for level in json.loads(collateral.qe_identity)["tcbLevels"]]
    assert statuses == ["UpToDate", "UpToDate"]
    assert not verifies(
        platform.pki.tcb_signing, collateral.qe_identity, collateral.qe_identity_signature
    )


@pytest.mark.parametrize("tee", ["SGX", "TDX"])
def test_evaluation_numbers__are_signed_and_dated(
    make_platform: Callable[..., SimulatedPlatform], now: int, tee: str
) -> None:
    issued = Issued(
        tcb_info_id=tee,
        qe_identity=QeIdentity(),
        evaluations=(Evaluation(20, 10 * DAY), Evaluation(19, 400 * DAY)),
    )
    platform = make_platform(issued=issued)
    document = platform.evaluation_numbers()
    assert verifies(platform.pki.tcb_signing, document.text, document.signature)
    values = json.loads(document.text)
    assert (values["id"], values["version"]) == (tee, 1)
    assert values["issueDate"] == date(now - DAY)
    assert values["nextUpdate"] == date(now + 30 * DAY)
    assert values["tcbEvalNumbers"] == [
        {
            "tcbEvaluationDataNumber": number,
            "tcbRecoveryEventDate": date(now - age),
            "tcbDate": date(now - age),
        }
        for number, age in ((20, 10 * DAY), (19, 400 * DAY))
    ]
    assert json.loads(platform.evaluation_numbers(now + 7).text)["issueDate"] == date(now + 7 - DAY)


def date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
