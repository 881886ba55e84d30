"""The simulated counterpart of Intel's certificates: root, PCK CA, TCB signing, PCK, and CRLs.

Names and extensions are those that DCAP verifiers look for; the organisation in every name says
that it is not Intel. Certificates depend on the seed alone, so that a platform stays the same
however often its collateral is issued anew.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from attestor.quote.simulated.der import SGX_EXTENSION, SgxExtension
from attestor.quote.simulated.keys import derive, derive_key
from attestor.quote.simulated.variation import DAY, Issued, Machine

ORGANIZATION = "SIMULATED DEVELOPMENT PKI - NOT INTEL"
NOT_BEFORE = datetime(2018, 5, 21, tzinfo=UTC)
NOT_AFTER = datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True)
class Issuer:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


@dataclass(frozen=True)
class Pki:
    """The four certificates of one platform."""

    seed: bytes
    root: Issuer
    pck_ca: Issuer
    tcb_signing: Issuer
    pck: Issuer

    @classmethod
    def make(cls, seed: bytes, machine: Machine) -> "Pki":
        """The same certificates, byte for byte, for the same arguments."""
        root = _issue(seed, "Intel SGX Root CA", None, path_length=1)
        pck_ca = _issue(seed, f"Intel SGX PCK {machine.authority} CA", root, path_length=0)
        tcb_signing = _issue(seed, "Intel SGX TCB Signing", root)
        pck = _issue(
            seed,
            "Intel SGX PCK Certificate",
            pck_ca,
            not_after=machine.pck_not_after,
            sgx_extension=_describe(seed, machine).encode(),
        )
        return cls(seed, root, pck_ca, tcb_signing, pck)

    def root_crl(self, issued: Issued, now: int) -> bytes:
        """DER of the root's list of revoked CAs."""
        revoked = []
        if issued.pck_ca_revoked:
            revoked.append(self.pck_ca.certificate.serial_number)
        if issued.tcb_signing_revoked:
            revoked.append(self.tcb_signing.certificate.serial_number)
        return _revocation_list(self.root, revoked, now, issued.root_crl_valid_for)

    def pck_crl(self, issued: Issued, now: int) -> bytes:
        """DER of the PCK CA's list of revoked machines."""
        revoked = [
            _serial(self.seed, f"foreign PCK {number}")
            for number in range(issued.foreign_revocations)
        ]
        if issued.pck_revoked:
            revoked.append(self.pck.certificate.serial_number)
        return _revocation_list(self.pck_ca, revoked, now, issued.pck_crl_valid_for)


def _describe(seed: bytes, machine: Machine) -> SgxExtension:
    of_platform_ca = machine.authority == "Platform"
    return SgxExtension(
        ppid=derive(seed, "PPID", 16),
        cpu_svn=machine.cpu_svn,
        pce_svn=machine.pce_svn,
        pce_id=machine.pce_id,
        fmspc=machine.fmspc,
        sgx_type=machine.sgx_type,
        platform_instance_id=derive(seed, "platform instance", 16) if of_platform_ca else None,
    )


def _issue(
    seed: bytes,
    name: str,
    parent: Issuer | None,
    *,
    path_length: int | None = None,
    not_after: int | None = None,
    sgx_extension: bytes | None = None,
) -> Issuer:
    """A certificate; a CA's when `path_length` is given, self-signed without a parent."""
    key = derive_key(seed, name)
    issuer_key = parent.key if parent else key
    is_authority = path_length is not None
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(parent.certificate.subject if parent else _name(name))
        .public_key(key.public_key())
        .serial_number(_serial(seed, name))
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(NOT_AFTER if not_after is None else _time(not_after))
        .add_extension(_authority_key_identifier(issuer_key), critical=False)
        .add_extension(_crl_distribution(), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_key_usage(is_authority), critical=True)
        .add_extension(x509.BasicConstraints(is_authority, path_length), critical=True)
    )
    if sgx_extension is not None:
        identifier = ObjectIdentifier(SGX_EXTENSION)
        builder = builder.add_extension(
            x509.UnrecognizedExtension(identifier, sgx_extension), critical=False
        )
    return Issuer(builder.sign(issuer_key, SHA256(), ecdsa_deterministic=True), key)


def _revocation_list(issuer: Issuer, serials: list[int], now: int, valid_for: int) -> bytes:
    since = _time(now - DAY)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(since)
        .next_update(_time(now + valid_for))
        # The time as number: lists that are issued later have higher ones.
        .add_extension(x509.CRLNumber(now), critical=False)
        .add_extension(_authority_key_identifier(issuer.key), critical=False)
    )
    reason = x509.CRLReason(x509.ReasonFlags.key_compromise)
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
        builder = builder.add_revoked_certificate(entry.add_extension(reason, False).build())
    signed = builder.sign(issuer.key, SHA256(), ecdsa_deterministic=True)
    return signed.public_bytes(Encoding.DER)


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
        ]
    )


def _serial(seed: bytes, label: str) -> int:
    """20 bytes that read as a positive number."""
    return int.from_bytes(b"\x40" + derive(seed, f"serial of {label}", 19), "big")


def _authority_key_identifier(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _crl_distribution() -> x509.CRLDistributionPoints:
    address = x509.UniformResourceIdentifier("https://simulated.invalid/crl.der")
    return x509.CRLDistributionPoints([x509.DistributionPoint([address], None, None, None)])


def _key_usage(is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
