"""Certificates and keys in files, for servers in tests."""

import datetime
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat
from cryptography.x509.oid import NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
YEAR = datetime.timedelta(days=365)
PLAIN = serialization.NoEncryption()


@dataclass(frozen=True)
class Issued:
    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def key_pem(self, form: PrivateFormat = PrivateFormat.TraditionalOpenSSL) -> bytes:
        return self.key.private_bytes(Encoding.PEM, form, PLAIN)


def issue(
    name: str,
    issuer: Issued | None = None,
    *,
    key: Key | None = None,
    begins: datetime.datetime = NOW - YEAR,
    ends: datetime.datetime = NOW + 20 * YEAR,
    names: tuple[str, ...] = ("localhost",),
) -> Issued:
    """A certificate of P-256; signed by itself without an issuer, who may issue others."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if names:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(one) for one in names])
        builder = builder.add_extension(alternatives, critical=False)
    return Issued(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def write(folder: Path, chain: bytes, key: bytes) -> str:
    """The prefix of both files."""
    (folder / "prover.crt").write_bytes(chain)
    (folder / "prover.key").write_bytes(key)
    return str(folder / "prover")


AUTHORITY = issue("authority")
OWN = issue("prover.example", AUTHORITY, names=("prover.example",))
RSA = issue("rsa.example", AUTHORITY, key=rsa.generate_private_key(65537, 2048))
EXPIRED = issue("old.example", AUTHORITY, ends=NOW - datetime.timedelta(days=1))
LATER = issue("later.example", AUTHORITY, begins=NOW + datetime.timedelta(days=1))
PKCS1_OR_SEC1, PKCS8 = PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8
CHAIN = OWN.pem + AUTHORITY.pem


def der(issued: Issued) -> bytes:
    return issued.certificate.public_bytes(Encoding.DER)


def key_der(form: PrivateFormat) -> bytes:
    return OWN.key.private_bytes(Encoding.DER, form, serialization.NoEncryption())


def encrypted(form: PrivateFormat) -> bytes:
    secret = serialization.BestAvailableEncryption(b"secret")
    return OWN.key.private_bytes(Encoding.PEM, form, secret)


FAULTS: dict[str, tuple[bytes, bytes, str, str]] = {
    "certificate in DER": (der(OWN), OWN.key_pem(), "is DER, not PEM", "openssl x509 -inform DER"),
    "key in DER": (CHAIN, key_der(PKCS8), "is DER, not PEM", "openssl pkey -inform DER"),
    "SEC1 key in DER": (CHAIN, key_der(PKCS1_OR_SEC1), "is DER", "openssl pkey -inform DER"),
    "key encrypted": (CHAIN, encrypted(PKCS8), "is encrypted", "openssl pkey -in"),
    "key encrypted in the old form": (CHAIN, encrypted(PKCS1_OR_SEC1), "is encrypted", "pkey -in"),
    "another's key": (CHAIN, RSA.key_pem(), "is not that of the certificate", "openssl req -new"),
    "authority first": (
        AUTHORITY.pem + OWN.pem,
        OWN.key_pem(),
        "is that of certificate 2",
        "certificate first",
    ),
    "expired": (EXPIRED.pem, EXPIRED.key_pem(), "ended on 2026-05-31", "openssl x509 -x509toreq"),
    "not yet": (LATER.pem, LATER.key_pem(), "begins on 2026-06-02", "clock"),
    "files exchanged": (OWN.key_pem(), CHAIN, "has EC PRIVATE KEY, and no cert", "openssl x509"),
    "certificate for a key": (CHAIN, CHAIN, "has CERTIFICATE, and no private key", "openssl pkey"),
    "nothing": (b"", OWN.key_pem(), "has no PEM certificate", "openssl x509"),
    "no key": (CHAIN, b"", "has no PEM private key", "openssl pkey"),
    "cut certificate": (OWN.pem[:200], OWN.key_pem(), "that cannot be read", "openssl x509"),
    "cut key": (CHAIN, OWN.key_pem()[:100], "a key that cannot be read", "openssl pkey"),
    "cut chain": (OWN.pem + AUTHORITY.pem[:200], OWN.key_pem(), "certificate|OpenSSL", "openssl"),
}
