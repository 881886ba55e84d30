"""Collateral as the store on chain takes it: one item per upload."""

from dataclasses import dataclass

from eth_utils.crypto import keccak

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
"""Each kind after those that its verification rests on."""


@dataclass(frozen=True)
class Item:
    """One upload. `key` is what the store knows it by (ICollateralStore, enum Collateral): the key
    identifier of a PCK CA; that of the CA whose CRL it is; the TEE type; TEE type << 48 | FMSPC
    for a TCB info; 0 for the TCB signing certificate. `since` and `until` are Unix seconds.
    `signature` is r ‖ s, for JSON alone; `entries` is how many certificates a CRL revokes."""

    kind: CollateralKind
    name: str
    key: int
    content: bytes
    since: int
    until: int
    signature: bytes = b""
    entries: int = 0

    @property
    def content_hash(self) -> bytes:
        """keccak256 of what is uploaded, which the store keeps."""
        return keccak(self.content)


def items_of(collateral: Collateral, numbers: SignedText | None) -> tuple[Item, ...]:
    """The items of one kind of machine, in the order of their upload.

    `numbers` are the TCB evaluation numbers, where the store asks for them. Raises
    `CollateralInvalid`.
    """
    ca, signing = _first(collateral.pck_crl_issuer_chain), _first(collateral.tcb_info_issuer_chain)
    found = [
        Item(CollateralKind.PCK_CA, ca.name, ca.key_id, ca.der, ca.since, ca.until),
        Item(
            CollateralKind.TCB_SIGNING, signing.name, 0, signing.der, signing.since, signing.until
        ),
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
    der: bytes
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
            der=first.public_bytes(Encoding.DER),
            since=int(first.not_valid_before_utc.timestamp()),
            until=int(first.not_valid_after_utc.timestamp()),
        )
    except (ValueError, IndexError, ExtensionNotFound, InvalidVersion) as error:
        raise CollateralInvalid(f"an issuer chain cannot be read: {error!r:.200}") from None


def _crl(kind: CollateralKind, name: str, der: bytes) -> Item:
    """The store takes a CRL by the key identifier that it names itself, so that is its key."""
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
        entries = len(crl)
    except (ValueError, ExtensionNotFound, InvalidVersion) as error:
        raise CollateralInvalid(f"the {name} cannot be read: {error!r:.200}") from None
    if key_id is None:
        raise CollateralInvalid(f"the {name} does not identify its issuer's key")
    return Item(kind, name, int.from_bytes(key_id, "big"), der, since, until, entries=entries)


def _tcb_info(collateral: Collateral) -> Item:
    values, tee = _read(collateral.tcb_info, "TCB info")
    fmspc = str(values.get("fmspc", ""))
    try:
        key = tee << 48 | int.from_bytes(bytes.fromhex(fmspc), "big")
    except ValueError:
        raise CollateralInvalid(f"TCB info has the FMSPC {fmspc!r:.40}") from None
    name = f"TCB info {values['id']} {fmspc}"
    return _json(
        CollateralKind.TCB_INFO, name, key, collateral.tcb_info, collateral.tcb_info_signature
    )


def _identity(collateral: Collateral) -> Item:
    values, tee = _read(collateral.qe_identity, "QE identity")
    name, signature = f"QE identity {values['id']}", collateral.qe_identity_signature
    return _json(CollateralKind.QE_IDENTITY, name, tee, collateral.qe_identity, signature)


def _evaluation_numbers(numbers: SignedText) -> Item:
    values, tee = _read(numbers.text, "TCB evaluation numbers")
    name = f"TCB evaluation numbers {values['id']}"
    return _json(CollateralKind.EVALUATION_NUMBERS, name, tee, numbers.text, numbers.signature)


def _json(kind: CollateralKind, name: str, key: int, text: str, signature: bytes) -> Item:
    since, until = signed_period(text, name)
    return Item(kind, name, key, text.encode(), since, until, signature)


def _read(text: str, what: str) -> tuple[dict[str, object], int]:
    """The object in a signed text, and the TEE type that its id names."""
    try:
        values = strict_json.loads(text.encode())
        return values, TEE_TYPES[values["id"]]
    except (ValueError, TypeError, KeyError) as error:
        raise CollateralInvalid(f"{what} cannot be read: {error!r:.200}") from None
