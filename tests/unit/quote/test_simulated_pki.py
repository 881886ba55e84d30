"""The simulated PKI: what DCAP verifiers look for in it, and that it never looks like Intel's."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from attestor.quote.simulated.certificate import ORGANIZATION, Issuer
from attestor.quote.simulated.der import SGX_EXTENSION, SgxExtension
from attestor.quote.simulated.issued import DAY, Issued
from attestor.quote.simulated.keys import P256_ORDER, derive, derive_key, public_bytes, sign
from attestor.quote.simulated.pki import Pki
from attestor.quote.simulated.variation import Machine

SEED = b"seed of tests"


@pytest.fixture(scope="module")
def pki() -> Pki:
    return Pki.make(SEED, Machine())


def issuers(pki: Pki) -> list[Issuer]:
    return [pki.root, pki.pck_ca, pki.tcb_signing, pki.pck]


def test_make__same_arguments__gives_the_same_bytes(pki: Pki) -> None:
    again = Pki.make(SEED, Machine())
    assert [issuer.der for issuer in issuers(again)] == [issuer.der for issuer in issuers(pki)]


def test_make__other_seed__shares_no_key_and_no_serial(pki: Pki) -> None:
    other = Pki.make(b"other", Machine())
    for mine, theirs in zip(issuers(pki), issuers(other), strict=True):
        assert public_bytes(mine.key) != public_bytes(theirs.key)
        assert mine.certificate.serial_number != theirs.certificate.serial_number
        assert mine.certificate.subject == theirs.certificate.subject


def test_make__every_certificate__has_intels_name_and_says_simulated(pki: Pki) -> None:
    names = []
    for issuer in issuers(pki):
        for name in (issuer.certificate.subject, issuer.certificate.issuer):
            (organization,) = name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
            assert organization.value == ORGANIZATION == "SIMULATED DEVELOPMENT PKI - NOT INTEL"
        (common,) = issuer.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        names.append(common.value)
    assert names == [
        "Intel SGX Root CA",
        "Intel SGX PCK Platform CA",
        "Intel SGX TCB Signing",
        "Intel SGX PCK Certificate",
    ]


def test_make__every_certificate__is_signed_by_the_one_above(pki: Pki) -> None:
    for below, above in [
        (pki.root, pki.root),
        (pki.pck_ca, pki.root),
        (pki.tcb_signing, pki.root),
        (pki.pck, pki.pck_ca),
    ]:
        below.certificate.verify_directly_issued_by(above.certificate)
        identifiers = below.certificate.extensions.get_extension_for_class(
            x509.AuthorityKeyIdentifier
        )
        subject = above.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        assert identifiers.value.key_identifier == subject.value.digest


def test_make__roles__only_root_and_pck_ca_may_issue(pki: Pki) -> None:
    constraints = [
        issuer.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        for issuer in issuers(pki)
    ]
    assert [constraint.ca for constraint in constraints] == [True, True, False, False]
    assert [constraint.path_length for constraint in constraints] == [1, 0, None, None]
    usages = [
        issuer.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        for issuer in issuers(pki)
    ]
    assert [usage.key_cert_sign for usage in usages] == [True, True, False, False]
    assert [usage.digital_signature for usage in usages] == [False, False, True, True]


def test_make__pck_not_after__ends_only_the_pck_certificate(pki: Pki, now: int) -> None:
    short = Pki.make(SEED, Machine(pck_not_after=now))
    assert short.pck.certificate.not_valid_after_utc == datetime.fromtimestamp(now, UTC)
    assert short.root.der == pki.root.der
    assert pki.pck.certificate.not_valid_after_utc.year == 2049


def test_sgx_extension__platform_ca__holds_all_seven_fields(pki: Pki) -> None:
    value = sgx_extension(pki)
    for number in range(1, 8):
        assert object_identifier(number) in value
    assert b"SIMDEV" in value
    assert bytes(Machine().cpu_svn) in value


def test_sgx_extension__processor_ca__lacks_instance_and_configuration() -> None:
    value = sgx_extension(Pki.make(SEED, Machine(authority="Processor")))
    assert object_identifier(5) in value
    assert object_identifier(6) not in value
    assert object_identifier(7) not in value


def test_sgx_extension__encoded__has_the_known_bytes() -> None:
    extension = SgxExtension(
        ppid=b"\xaa" * 16,
        cpu_svn=(0, 127, 128, 255, *bytes(12)),
        pce_svn=0x0102,
        pce_id=b"\x00\x00",
        fmspc=b"\x01\x02\x03\x04\x05\x06",
        sgx_type=1,
        platform_instance_id=None,
    )
    encoded = extension.encode()
    prefix = "060a2a864886f84d010d01"
    assert encoded[:2] == b"\x30\x82"
    assert int.from_bytes(encoded[2:4], "big") == len(encoded) - 4
    text = encoded.hex()
    assert f"301e{prefix}010410{'aa' * 16}" in text
    # Component SVNs 0, 127, 128 and 255: one byte up to 127, then a spare zero before.
    inner = "060b2a864886f84d010d0102"
    assert f"3010{inner}01020100" in text
    assert f"3010{inner}0202017f" in text
    assert f"3011{inner}0302020080" in text
    assert f"3011{inner}04020200ff" in text
    assert f"3011{inner}1102020102" in text
    assert f"{prefix}03" + "04020000" in text
    assert f"{prefix}050a0101" in text


def test_crls__defaults__are_signed_numbered_and_bounded_in_time(pki: Pki, now: int) -> None:
    for der, issuer, entries in [
        (pki.root_crl(Issued(), now), pki.root, 0),
        (pki.pck_crl(Issued(), now), pki.pck_ca, 3),
    ]:
        crl = x509.load_der_x509_crl(der)
        assert crl.is_signature_valid(issuer.key.public_key())
        assert len(crl) == entries
        assert crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == now
        assert crl.last_update_utc == datetime.fromtimestamp(now - DAY, UTC)
        assert crl.next_update_utc == datetime.fromtimestamp(now + 30 * DAY, UTC)
        assert crl.get_revoked_certificate_by_serial_number(pki.pck.certificate.serial_number) is (
            None
        )


@pytest.mark.parametrize(
    ("change", "revoked"),
    [
        ({"pck_revoked": True}, "pck"),
        ({"pck_ca_revoked": True}, "pck_ca"),
        ({"tcb_signing_revoked": True}, "tcb_signing"),
    ],
)
def test_crls__one_revoked__list_its_serial(
    pki: Pki, now: int, change: dict[str, Any], revoked: str
) -> None:
    issued = replace(Issued(), **change)
    crl = pki.pck_crl(issued, now) if revoked == "pck" else pki.root_crl(issued, now)
    serial = getattr(pki, revoked).certificate.serial_number
    entry = x509.load_der_x509_crl(crl).get_revoked_certificate_by_serial_number(serial)
    assert entry is not None


def test_derive_key__labels_and_seeds__are_independent() -> None:
    keys = [derive_key(seed, label) for seed in (b"", b"a") for label in ("root", "pck")]
    assert len({public_bytes(key) for key in keys}) == 4
    assert derive(b"a", "b", 16) == derive(b"a", "b", 64)[:16]


def test_sign__same_message__is_the_same_valid_signature() -> None:
    key = derive_key(SEED, "signing")
    signature = sign(key, b"message")
    assert signature == sign(key, b"message") != sign(key, b"massage")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    assert 0 < r < P256_ORDER
    assert 0 < s < P256_ORDER
    key.public_key().verify(encode_dss_signature(r, s), b"message", ec.ECDSA(SHA256()))


def sgx_extension(pki: Pki) -> bytes:
    identifier = x509.ObjectIdentifier(SGX_EXTENSION)
    extension = pki.pck.certificate.extensions.get_extension_for_oid(identifier).value
    assert isinstance(extension, x509.UnrecognizedExtension)
    return extension.value


def object_identifier(number: int) -> bytes:
    """1.2.840.113741.1.13.1.number with its tag and length."""
    return bytes.fromhex("060a2a864886f84d010d01") + bytes([number])
