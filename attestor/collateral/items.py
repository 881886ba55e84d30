"""Collateral as the items that the store on chain accepts, one per upload."""

from dataclasses import dataclass
from hashlib import sha256

from attestor.chain.collateral_store import CollateralKind
from attestor.core import strict_json
from attestor.errors import CollateralInvalid
from attestor.quote.collateral import Collateral, SignedText
from attestor.quote.validity import crl_period, signed_period

TEE_TYPES = {"SGX": 0, "TDX": 0x81, "QE": 0, "TD_QE": 0x81}


UPLOAD_ORDER = (
    CollateralKind.PCK_CA,
    CollateralKind.TCB_SIGNING,
    CollateralKind.ROOT_CRL,
    CollateralKind.PCK_CRL,
    CollateralKind.EVALUATION_NUMBERS,
    CollateralKind.TCB_INFO,
    CollateralKind.QE_IDENTITY,
)
"""Each kind comes after those that are needed to verify it."""


@dataclass(frozen=True)
class Item:
    """One upload. `key` identifies it in the store (ICollateralStore, enum Collateral): the key
    identifier of a PCK CA; that of the CA whose CRL it is; the TEE type; TEE type << 48 | FMSPC
    for a TCB info; the serial number of a TCB signing certificate. `since` and `until` are Unix
    seconds. `signature` is r ‖ s, for JSON alone; `signed` is the signed part of a certificate or
    CRL; `entries` is how many certificates a CRL revokes; `evaluation` is the number of the TCB
    evaluation that a TCB info or QE identity belongs to."""

    kind: CollateralKind
    name: str
    key: int
    content: bytes
    since: int
    until: int
    signature: bytes = b""
    signed: bytes = b""
    entries: int = 0
    evaluation: int = 0

    @property
    def content_hash(self) -> bytes:
        """sha256 of what its issuer signed, by which the store knows it: the same for both of the
        signatures that hold it."""
        return sha256(self.signed or self.content).digest()


def items_of(collateral: Collateral, numbers: SignedText | None) -> tuple[Item, ...]:
    """The items of one machine type, in upload order.

    `numbers` are the TCB evaluation numbers, where the store asks for them. While Intel goes over
    to its next TCB signing certificate, the texts may be signed by several: each of them is an
    item. Raises `CollateralInvalid`.
    """
    ca = _first(collateral.pck_crl_issuer_chain)
    chains = [collateral.tcb_info_issuer_chain, collateral.qe_identity_issuer_chain]
    if numbers is not None and numbers.issuer_chain:
        chains.append(numbers.issuer_chain)
    signers = {signer.signed: signer for signer in map(_first, chains)}
    found = [
        _certificate(CollateralKind.PCK_CA, ca, ca.key_id),
        *(_certificate(CollateralKind.TCB_SIGNING, one, one.serial) for one in signers.values()),
        _crl(CollateralKind.ROOT_CRL, "root CRL", collateral.root_ca_crl),
        _crl(CollateralKind.PCK_CRL, f"CRL of {ca.name}", collateral.pck_crl),
        _tcb_info(collateral),
        _identity(collateral),
    ]
    if numbers is not None:
        found.append(_evaluation_numbers(numbers))
    return tuple(sorted(found, key=lambda item: UPLOAD_ORDER.index(item.kind)))


@dataclass(frozen=True)
class _Certificate:
    name: str
    key_id: int
    serial: int
    der: bytes
    signed: bytes
    since: int
    until: int


def _first(chain: str) -> _Certificate:
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import (
        ExtensionNotFound,
        InvalidVersion,
        NameOID,
        SubjectKeyIdentifier,
        load_pem_x509_certificates,
    )

    try:
        first = load_pem_x509_certificates(chain.encode())[0]
        key_id = first.extensions.get_extension_for_class(SubjectKeyIdentifier).value.digest
        return _Certificate(
            name=str(first.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value),
            key_id=int.from_bytes(key_id, "big"),
            serial=first.serial_number,
            der=first.public_bytes(Encoding.DER),
            signed=first.tbs_certificate_bytes,
            since=int(first.not_valid_before_utc.timestamp()),
            until=int(first.not_valid_after_utc.timestamp()),
        )
    except (ValueError, IndexError, ExtensionNotFound, InvalidVersion) as error:
        raise CollateralInvalid(f"an issuer chain cannot be read: {error!r:.200}") from None


def _certificate(kind: CollateralKind, found: _Certificate, key: int) -> Item:
    return Item(kind, found.name, key, found.der, found.since, found.until, signed=found.signed)


def _crl(kind: CollateralKind, name: str, der: bytes) -> Item:
    """The store identifies a CRL by the key identifier in it, so that is its key."""
    from cryptography.x509 import (
        AuthorityKeyIdentifier,
        ExtensionNotFound,
        InvalidVersion,
        load_der_x509_crl,
    )

    since, until = crl_period(der, name)
    try:
        crl = load_der_x509_crl(der)
        extension = crl.extensions.get_extension_for_class(AuthorityKeyIdentifier)
        key_id = extension.value.key_identifier
        entries, signed = len(crl), crl.tbs_certlist_bytes
    except (ValueError, ExtensionNotFound, InvalidVersion) as error:
        raise CollateralInvalid(f"the {name} cannot be read: {error!r:.200}") from None
    if key_id is None:
        raise CollateralInvalid(f"the {name} does not identify its issuer's key")
    key = int.from_bytes(key_id, "big")
    return Item(kind, name, key, der, since, until, signed=signed, entries=entries)


def _tcb_info(collateral: Collateral) -> Item:
    values, tee = _read(collateral.tcb_info, "TCB info")
    fmspc = str(values.get("fmspc", ""))
    try:
        key = tee << 48 | int.from_bytes(bytes.fromhex(fmspc), "big")
    except ValueError:
        raise CollateralInvalid(f"TCB info has the FMSPC {fmspc!r:.40}") from None
    name, signature = f"TCB info {values['id']} {fmspc}", collateral.tcb_info_signature
    number = _evaluation(values, name)
    return _json(CollateralKind.TCB_INFO, name, key, collateral.tcb_info, signature, number)


def _identity(collateral: Collateral) -> Item:
    values, tee = _read(collateral.qe_identity, "QE identity")
    name, signature = f"QE identity {values['id']}", collateral.qe_identity_signature
    number = _evaluation(values, name)
    return _json(CollateralKind.QE_IDENTITY, name, tee, collateral.qe_identity, signature, number)


def _evaluation_numbers(numbers: SignedText) -> Item:
    values, tee = _read(numbers.text, "TCB evaluation numbers")
    name = f"TCB evaluation numbers {values['id']}"
    return _json(CollateralKind.EVALUATION_NUMBERS, name, tee, numbers.text, numbers.signature)


def _evaluation(values: dict[str, object], name: str) -> int:
    number = values.get("tcbEvaluationDataNumber")
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise CollateralInvalid(f"{name} has the TCB evaluation {number!r:.40}")
    return number


def _json(
    kind: CollateralKind, name: str, key: int, text: str, signature: bytes, evaluation: int = 0
) -> Item:
    since, until = signed_period(text, name)
    return Item(kind, name, key, text.encode(), since, until, signature, evaluation=evaluation)


def _read(text: str, what: str) -> tuple[dict[str, object], int]:
    """The object in a signed text, and the TEE type that its id names."""
    try:
        values = strict_json.loads(text.encode())
        return values, TEE_TYPES[values["id"]]
    except (ValueError, TypeError, KeyError) as error:
        raise CollateralInvalid(f"{what} cannot be read: {error!r:.200}") from None
