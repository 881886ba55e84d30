"""The certificate and key of a TLS server, checked before they are used. Each fault is told with
the command that fixes it."""

import datetime
import re
import shlex
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from attestor import regular_file
from attestor.errors.avs import TlsFileInvalid

MAX_FILE_BYTES = 1 << 20
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")
_KEY_FORMS = ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")
_TIME = "%Y-%m-%d %H:%M UTC"
_ENCRYPTED = "ENCRYPTED PRIVATE KEY"


@dataclass(frozen=True)
class TlsFiles:
    """`certificates` is a PEM chain, the server's own certificate first; `key` is a PEM key in
    PKCS#1, PKCS#8 or SEC1; `client_authorities` are PEM certificates of whom clients' certificates
    must come from, if they are asked for one; `client_required` refuses those without one already
    in the handshake."""

    certificates: Path
    key: Path
    client_authorities: Path | None = None
    client_required: bool = True


def from_prefix(prefix: str, client_authorities: Path | None = None) -> TlsFiles:
    """The files `<prefix>.crt` and `<prefix>.key`."""
    for ending in (".crt", ".key"):
        if prefix.endswith(ending) and not Path(prefix + ".crt").exists():
            raise TlsFileInvalid(
                f"{prefix} names a file, and has to be what both files have in common",
                hint=f"write {prefix.removesuffix(ending)}",
            )
    return TlsFiles(Path(prefix + ".crt"), Path(prefix + ".key"), client_authorities)


def server_context(files: TlsFiles, now: datetime.datetime) -> ssl.SSLContext:
    """TLS 1.2 or newer with these files. Raises `TlsFileInvalid`."""
    chain = _certificates(files.certificates)
    key = _key(files.key, files.certificates)
    _require_match(files, chain, key)
    _require_current(files, chain[0], now)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(files.certificates, files.key, password=_no_password)
    except (ssl.SSLError, OSError, ValueError) as error:
        raise TlsFileInvalid(
            f"OpenSSL refuses {files.certificates} with {files.key}: {_reason(error)}",
            hint=f"look at them: openssl x509 -in {_q(files.certificates)} -noout -text; "
            f"openssl pkey -in {_q(files.key)} -noout -text",
        ) from None
    if files.client_authorities is not None:
        _trust(context, files.client_authorities)
        context.verify_mode = ssl.CERT_REQUIRED if files.client_required else ssl.CERT_OPTIONAL
    return context


def _trust(context: ssl.SSLContext, authorities: Path) -> None:
    _certificates(authorities, "the certificates of the authorities of clients there")
    try:
        context.load_verify_locations(cafile=authorities)
    except (ssl.SSLError, OSError, ValueError) as error:
        raise TlsFileInvalid(
            f"OpenSSL refuses {authorities}: {_reason(error)}",
            hint=f"look at it: openssl x509 -in {_q(authorities)} -noout -text",
        ) from None


def warnings_of(files: TlsFiles, now: datetime.datetime) -> list[str]:
    """What clients may stumble over, of files that can be used."""
    own = _certificates(files.certificates)[0]
    found = []
    if own.issuer == own.subject:
        found.append(
            f"{files.certificates} is signed by itself: clients, the AVS's operator too, "
            "refuse it unless they are told to trust it"
        )
    if not names_of(own):
        found.append(
            f"{files.certificates} has no subjectAltName: clients of today look at no other name"
        )
    left = own.not_valid_after_utc - now
    if left < datetime.timedelta(days=14):
        found.append(f"{files.certificates} ends in {left.days} days")
    return found


def certificate_names(files: TlsFiles) -> list[str]:
    """What the server's own certificate is for. Raises `TlsFileInvalid`."""
    return names_of(_certificates(files.certificates)[0])


def names_of(certificate: x509.Certificate) -> list[str]:
    """The DNS names and addresses that a certificate is for, as OpenSSL writes them."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    names = [f"DNS:{name}" for name in found.get_values_for_type(x509.DNSName)]
    return names + [f"IP:{address}" for address in found.get_values_for_type(x509.IPAddress)]


def _certificates(
    path: Path, wanted: str = "the server's certificate there, then those of its issuers"
) -> list[x509.Certificate]:
    data = _read(path, "certificate")
    blocks = _blocks(data)
    if not blocks and data[:1] == b"\x30":
        raise TlsFileInvalid(
            f"{path} is DER, not PEM",
            hint=f"openssl x509 -inform DER -in {_q(path)} {_rewritten(path)}",
        )
    if "CERTIFICATE" not in blocks:
        what = f"has {blocks[0]}, and no certificate" if blocks else "has no PEM certificate"
        raise TlsFileInvalid(
            f"{path} {what}",
            hint=f"put {wanted}; look at it: openssl x509 -in {_q(path)} -noout -text",
        )
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise TlsFileInvalid(
            f"{path} has a certificate that cannot be read: {_reason(error)}",
            hint=f"look at it: openssl x509 -in {_q(path)} -noout -text",
        ) from None


def _key(path: Path, certificates: Path) -> PrivateKeyTypes:
    data = _read(path, "key")
    blocks = _blocks(data)
    rewrite = _rewritten(path)
    if not blocks and data[:1] == b"\x30":
        raise TlsFileInvalid(
            f"{path} is DER, not PEM", hint=f"openssl pkey -inform DER -in {_q(path)} {rewrite}"
        )
    if _ENCRYPTED in blocks or b"Proc-Type: 4,ENCRYPTED" in data:
        raise TlsFileInvalid(
            f"{path} is encrypted, and there is nobody to ask for its password",
            hint=f"openssl pkey -in {_q(path)} {rewrite}",
        )
    if "OPENSSH PRIVATE KEY" in blocks:
        raise TlsFileInvalid(
            f"{path} is a key of OpenSSH", hint=f"ssh-keygen -p -m PEM -N '' -f {_q(path)}"
        )
    if not any(form in blocks for form in _KEY_FORMS):
        what = f"has {blocks[0]}, and no private key" if blocks else "has no PEM private key"
        raise TlsFileInvalid(
            f"{path} {what}",
            hint=f"put the private key of {certificates} there; "
            f"look at it: openssl pkey -in {_q(path)} -noout -text",
        )
    try:
        return serialization.load_pem_private_key(_first_key(data), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise TlsFileInvalid(
            f"{path} has a key that cannot be read: {_reason(error)}",
            hint=f"look at it: openssl pkey -in {_q(path)} -noout -text",
        ) from None


def _require_match(files: TlsFiles, chain: list[x509.Certificate], key: PrivateKeyTypes) -> None:
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    wanted = key.public_key().public_bytes(*form)
    places = [place for place, one in enumerate(chain) if _public(one, form) == wanted]
    if places and places[0] == 0:
        return
    if places:
        raise TlsFileInvalid(
            f"the key {files.key} is that of certificate {places[0] + 1} in {files.certificates}, "
            "and the server's own certificate has to be the first",
            hint="put the server's certificate first, then that of its issuer, and so on",
        )
    request = files.key.with_suffix(".csr")
    names = ",".join(names_of(chain[0])) or "DNS:your.host.name"
    wanted_names = shlex.quote(f"subjectAltName={names}")
    raise TlsFileInvalid(
        f"the key {files.key} is not that of the certificate {files.certificates}",
        hint=f"put the right key there, or ask for a certificate of this one: openssl req -new "
        f"-key {_q(files.key)} -subj / -addext {wanted_names} -out {_q(request)}",
    )


def _require_current(files: TlsFiles, own: x509.Certificate, now: datetime.datetime) -> None:
    if now < own.not_valid_before_utc:
        raise TlsFileInvalid(
            f"the certificate {files.certificates} begins on "
            f"{own.not_valid_before_utc:{_TIME}}, which is later than now",
            hint="correct this machine's clock, or wait",
        )
    if now > own.not_valid_after_utc:
        request = files.key.with_suffix(".csr")
        raise TlsFileInvalid(
            f"the certificate {files.certificates} ended on {own.not_valid_after_utc:{_TIME}}",
            hint=f"ask for a new one: openssl x509 -x509toreq -copy_extensions copy "
            f"-in {_q(files.certificates)} -signkey {_q(files.key)} -out {_q(request)}",
        )


def _public(certificate: x509.Certificate, form: tuple[Encoding, PublicFormat]) -> bytes | None:
    try:
        return certificate.public_key().public_bytes(*form)
    except (ValueError, UnsupportedAlgorithm):
        return None


def _read(path: Path, what: str) -> bytes:
    try:
        data = regular_file.read(path, MAX_FILE_BYTES + 1)
    except OSError as error:
        raise TlsFileInvalid(
            f"the {what} {path} cannot be read: {error.strerror}",
            hint="a path is from the folder in which the service was started, and the AVS's is one "
            "without .crt and .key",
        ) from None
    if len(data) > MAX_FILE_BYTES:
        raise TlsFileInvalid(f"the {what} {path} has more than {MAX_FILE_BYTES} bytes")
    return data


def _blocks(data: bytes) -> list[str]:
    """The kinds of PEM blocks in it, in order."""
    return [found.decode() for found in _PEM.findall(data)]


def _first_key(data: bytes) -> bytes:
    """From the first key on: OpenSSL writes the parameters of curves in a block before it."""
    starts = [data.find(f"-----BEGIN {form}-----".encode()) for form in _KEY_FORMS]
    return data[min(start for start in starts if start >= 0) :]


def _rewritten(path: Path) -> str:
    """The end of a command that writes a file anew."""
    return f"-out {_q(path)}.new && mv {_q(path)}.new {_q(path)}"


def _q(path: Path) -> str:
    return shlex.quote(str(path))


def _no_password() -> str:
    # Without it OpenSSL asks at the terminal.
    return ""


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error)[:200]
