"""The profile of PCK certificates: what Intel writes into each, and the contracts rely on.

Intel, "SGX PCK Certificate and Certificate Revocation List Profile Specification", section 1.3.
dcap-qvl reads the certificate more leniently than the DcapVerifier contract: it finds fields in
any order, and takes the CPU SVN where the contract takes the sixteen components of it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from attestor.errors import QuoteRefused

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_SGX_EXTENSION = "1.2.840.113741.1.13.1"
_OID = bytes.fromhex("2a864886f84d010d01")
"""The content of that OID, a prefix of those of its fields."""
_INTEGER, _OCTETS, _OBJECT, _SEQUENCE = 0x02, 0x04, 0x06, 0x30
_COMPONENTS = 16


def require_profile(der: bytes) -> None:
    """Raises `QuoteRefused` unless the PCK certificate is as Intel makes them."""
    from cryptography.x509 import (
        DuplicateExtension,
        InvalidVersion,
        UnsupportedGeneralNameType,
        load_der_x509_certificate,
    )

    unreadable = (ValueError, InvalidVersion, DuplicateExtension, UnsupportedGeneralNameType)
    try:
        certificate = load_der_x509_certificate(der)
        _require_extensions(certificate)
    except unreadable as error:
        raise QuoteRefused(f"the PCK certificate cannot be read: {error!r:.200}") from None


def _require_extensions(certificate: "Certificate") -> None:
    from cryptography import x509

    found = {extension.oid.dotted_string: extension.value for extension in certificate.extensions}
    issuer = found.get(x509.AuthorityKeyIdentifier.oid.dotted_string)
    usage = found.get(x509.KeyUsage.oid.dotted_string)
    constraints = found.get(x509.BasicConstraints.oid.dotted_string)
    if not isinstance(issuer, x509.AuthorityKeyIdentifier) or not issuer.key_identifier:
        raise QuoteRefused("the PCK certificate does not name its issuer's key")
    if not isinstance(usage, x509.KeyUsage) or not usage.digital_signature:
        raise QuoteRefused("the PCK certificate's key is not for signatures")
    if not isinstance(constraints, x509.BasicConstraints) or constraints.ca:
        raise QuoteRefused("the PCK certificate does not say that it is no authority")
    extension = found.get(_SGX_EXTENSION)
    if not isinstance(extension, x509.UnrecognizedExtension):
        raise QuoteRefused("the PCK certificate lacks Intel's SGX extension")
    _require_sgx_extension(extension.value)


def _require_sgx_extension(value: bytes) -> None:
    """PPID, TCB, PCE id and FMSPC, in this order; what follows is not used."""
    fields = _Der(value).open(_SEQUENCE, "SGX extension")
    fields.field(1, "PPID").octets(16, "PPID")
    tcb = fields.field(2, "TCB").open(_SEQUENCE, "TCB")
    for number in range(1, _COMPONENTS + 1):
        name = f"TCB component {number}"
        tcb.field(2, name, number).number(0xFF, name)
    tcb.field(2, "PCE SVN", 17).number(0xFFFF, "PCE SVN")
    tcb.field(2, "CPU SVN", 18).octets(16, "CPU SVN")
    fields.field(3, "PCE id").octets(2, "PCE id")
    fields.field(4, "FMSPC").octets(6, "FMSPC")


@dataclass
class _Der:
    """DER read from the front. Raises `QuoteRefused` for what is not as expected."""

    rest: bytes

    def open(self, tag: int, name: str) -> "_Der":
        """The content of the next element, whose lengths Intel writes in at most two bytes."""
        if self.rest[:1] != bytes([tag]):
            raise QuoteRefused(f"the PCK certificate's SGX extension: no {name} where it belongs")
        size, start = self.rest[1] if len(self.rest) > 1 else 0, 2
        if size in (0x81, 0x82):
            start += size - 0x80
            size = int.from_bytes(self.rest[2:start], "big")
        content = self.rest[start : start + size]
        self.rest = self.rest[start + size :]
        return _Der(content)

    def field(self, number: int, name: str, part: int | None = None) -> "_Der":
        """The value of the next SEQUENCE {OID, value}."""
        field = self.open(_SEQUENCE, name)
        suffix = bytes([number]) if part is None else bytes([number, part])
        if field.open(_OBJECT, name).rest != _OID + suffix:
            raise QuoteRefused(f"the PCK certificate's SGX extension: no {name} where it belongs")
        return field

    def octets(self, size: int, name: str) -> None:
        actual = len(self.open(_OCTETS, name).rest)
        if actual != size:
            raise QuoteRefused(f"the PCK certificate's {name} has {actual} bytes, not {size}")

    def number(self, limit: int, name: str) -> None:
        content = self.open(_INTEGER, name).rest
        if not content or int.from_bytes(content, "big", signed=True) not in range(limit + 1):
            raise QuoteRefused(f"the PCK certificate's {name} is not between 0 and {limit}")
