"""One certificate of the simulated PKI: what it looks like, and how a test may bend it.

Names and extensions are those that DCAP verifiers look for; the organisation in every name says
that it is not Intel.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from attestor.quote.simulated.der import SGX_EXTENSION
from attestor.quote.simulated.keys import derive, derive_key

ORGANIZATION = "SIMULATED DEVELOPMENT PKI - NOT INTEL"
LOCALITY = "Development chain"
"""Makes a name as long as Intel's, so that what verification costs here is what it costs there."""
_CRL_ADDRESS = "https://simulated.invalid/sgx/certification/v4/"
_PCK_CRL_ADDRESS_LENGTH = 90
_CA_CRL_ADDRESS_LENGTH = 65
NOT_BEFORE = datetime(2018, 5, 21, tzinfo=UTC)
NOT_AFTER = datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)
_P384 = ec.derive_private_key(7, ec.SECP384R1())
UNKNOWN_EXTENSION = ObjectIdentifier("1.2.3.4")

AUTHORITY_KEY_ID = x509.AuthorityKeyIdentifier.oid
SUBJECT_KEY_ID = x509.SubjectKeyIdentifier.oid
KEY_USAGE = x509.KeyUsage.oid
BASIC_CONSTRAINTS = x509.BasicConstraints.oid
SGX = ObjectIdentifier(SGX_EXTENSION)


@dataclass(frozen=True)
class CertificateShape:
    """How a certificate differs from the sound one; the defaults differ in nothing.

    Times are Unix seconds; key identifiers have 20 bytes. `authority` is whether it may issue
    others, `usage` whether its key usage says so, where that differs. `signer` is the label of a
    key that signs in place of its issuer's, `long_digest` has it signed over SHA-384, `long_key`
    gives it a key of P-384. `without` are extensions to leave out, `unknown` an extension that
    nobody knows, critical or not.
    """

    common_name: str | None = None
    issuer_name: str | None = None
    not_before: int | None = None
    not_after: int | None = None
    authority: bool | None = None
    usage: bool | None = None
    signer: str | None = None
    long_digest: bool = False
    long_key: bool = False
    authority_key_id: bytes | None = None
    subject_key_id: bytes | None = None
    without: frozenset[ObjectIdentifier] = frozenset()
    unknown: bool | None = None


SOUND = CertificateShape()


@dataclass(frozen=True)
class Certificates:
    """The shapes of the four certificates of a platform."""

    root: CertificateShape = SOUND
    pck_ca: CertificateShape = SOUND
    tcb_signing: CertificateShape = SOUND
    pck: CertificateShape = SOUND


@dataclass(frozen=True)
class Role:
    """What kind of certificate it is: a CA's when `path_length` is given."""

    name: str
    path_length: int | None = None
    sgx_extension: bytes | None = None


@dataclass(frozen=True)
class Issuer:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_id(self) -> bytes:
        """The 20 bytes by which those that it issued name its key."""
        return x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()).digest


def issue(seed: bytes, role: Role, parent: Issuer | None, shape: CertificateShape) -> Issuer:
    """The certificate of `role` under `parent`, or self-signed; the same for equal arguments."""
    key = derive_key(seed, role.name)
    issuer = parent.key if parent else key
    signer = derive_key(seed, shape.signer) if shape.signer else issuer
    issuer_name = parent.certificate.subject if parent else name(role.name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(shape.common_name or role.name))
        .issuer_name(name(shape.issuer_name) if shape.issuer_name else issuer_name)
        .public_key(_P384.public_key() if shape.long_key else key.public_key())
        .serial_number(serial(seed, role.name))
        .not_valid_before(NOT_BEFORE if shape.not_before is None else time(shape.not_before))
        .not_valid_after(NOT_AFTER if shape.not_after is None else time(shape.not_after))
    )
    for extension, critical in _extensions(role, shape, key, issuer):
        if extension.oid not in shape.without:
            builder = builder.add_extension(extension, critical)
    digest = SHA384() if shape.long_digest else SHA256()
    return Issuer(builder.sign(signer, digest, ecdsa_deterministic=True), key)


def _extensions(
    role: Role,
    shape: CertificateShape,
    key: ec.EllipticCurvePrivateKey,
    issuer: ec.EllipticCurvePrivateKey,
) -> list[tuple[x509.ExtensionType, bool]]:
    """The extensions in Intel's order, each with whether it is critical."""
    authority = role.path_length is not None if shape.authority is None else shape.authority
    path_length = role.path_length if authority else None
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (authority_key_id(issuer, shape.authority_key_id), False),
        (_crl_distribution(role), False),
        (_subject_key_id(key, shape.subject_key_id), False),
        (_key_usage(authority if shape.usage is None else shape.usage), True),
        (x509.BasicConstraints(authority, path_length), True),
    ]
    if role.sgx_extension is not None:
        extensions.append((x509.UnrecognizedExtension(SGX, role.sgx_extension), False))
    if shape.unknown is not None:
        unknown = x509.UnrecognizedExtension(UNKNOWN_EXTENSION, b"\x05\x00")
        extensions.append((unknown, shape.unknown))
    return extensions


def name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.LOCALITY_NAME, LOCALITY),
        ]
    )


def serial(seed: bytes, label: str) -> int:
    """20 bytes that read as a positive number."""
    return int.from_bytes(b"\x40" + derive(seed, f"serial of {label}", 19), "big")


def authority_key_id(
    key: ec.EllipticCurvePrivateKey, claimed: bytes | None = None
) -> x509.AuthorityKeyIdentifier:
    """Names the issuer's key, or what it is `claimed` to be."""
    if claimed is not None:
        return x509.AuthorityKeyIdentifier(claimed, None, None)
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _subject_key_id(
    key: ec.EllipticCurvePrivateKey, claimed: bytes | None
) -> x509.SubjectKeyIdentifier:
    if claimed is not None:
        return x509.SubjectKeyIdentifier(claimed)
    return x509.SubjectKeyIdentifier.from_public_key(key.public_key())


def _crl_distribution(role: Role) -> x509.CRLDistributionPoints:
    """An address as long as that in Intel's certificate of this kind."""
    is_pck = role.sgx_extension is not None
    length = _PCK_CRL_ADDRESS_LENGTH if is_pck else _CA_CRL_ADDRESS_LENGTH
    address = x509.UniformResourceIdentifier(_CRL_ADDRESS.ljust(length, "x"))
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
