"""The simulated PKI's certificate revocation lists."""

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from attestor.quote.simulated.certificate import Issuer, authority_key_id, time
from attestor.quote.simulated.issued import DAY, CrlShape


def revocation_list(
    issuer: Issuer, serials: list[int], now: int, valid_for: int, shape: CrlShape
) -> bytes:
    """DER of a list that is issued a day before `now` and ends `valid_for` seconds after it."""
    since = time(now - DAY)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(since)
        .next_update(time(now + valid_for))
    )
    if shape.numbered:
        # The time as number: lists that are issued later have higher ones.
        builder = builder.add_extension(x509.CRLNumber(now), critical=False)
    if shape.identified:
        builder = builder.add_extension(authority_key_id(issuer.key), critical=False)
    reason = x509.CRLReason(x509.ReasonFlags.key_compromise)
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
        builder = builder.add_revoked_certificate(entry.add_extension(reason, False).build())
    der = builder.sign(issuer.key, SHA256(), ecdsa_deterministic=True).public_bytes(Encoding.DER)
    return _altered(der) if shape.altered else der


def _altered(der: bytes) -> bytes:
    """The list with another last bit, which is in its signature."""
    return der[:-1] + bytes([der[-1] ^ 1])
