"""What of the collateral is uploaded, and in which order."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import (
    AuthorityKeyIdentifier,
    CertificateRevocationListBuilder,
    DirectoryName,
    Name,
    NameAttribute,
    NameOID,
    SubjectKeyIdentifier,
    load_der_x509_crl,
    load_pem_x509_certificates,
)

from attestor.chain.collateral_store import CollateralKind
from attestor.collateral.items import UPLOAD_ORDER, Item, items_of
from attestor.errors import CollateralInvalid
from attestor.quote.collateral import Collateral, SignedText
from attestor.quote.simulated import SimulatedPlatform, Variation
from attestor.quote.simulated.issued import CrlShape, Issued

NOW = 1_790_000_000
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
NUMBERS = SignedText(
    json.dumps(
        {"id": "TDX", "issueDate": "2026-09-01T00:00:00Z", "nextUpdate": "2026-10-01T00:00:00Z"}
    ),
    b"\1" * 64,
    "",
)


@pytest.fixture(scope="module")
def collateral() -> Collateral:
    return SimulatedPlatform(b"items", 31337, NOW).collateral()


def by_part(items: tuple[Item, ...]) -> dict[CollateralKind, Item]:
    return {item.kind: item for item in items}


def test_items_of__one_machine__are_in_the_order_of_upload(collateral: Collateral) -> None:
    items = items_of(collateral, NUMBERS)
    assert [item.kind for item in items] == list(UPLOAD_ORDER)
    assert len(items_of(collateral, None)) == len(CollateralKind) - 1


def test_items_of__signed_texts__are_kept_byte_for_byte(collateral: Collateral) -> None:
    items = by_part(items_of(collateral, NUMBERS))
    assert items[CollateralKind.TCB_INFO].content == collateral.tcb_info.encode()
    assert items[CollateralKind.TCB_INFO].signature == collateral.tcb_info_signature
    assert items[CollateralKind.QE_IDENTITY].content == collateral.qe_identity.encode()
    assert items[CollateralKind.EVALUATION_NUMBERS].signature == b"\1" * 64
    assert items[CollateralKind.PCK_CRL].content == collateral.pck_crl
    assert items[CollateralKind.PCK_CRL].signature == b""
    signed = load_der_x509_crl(collateral.pck_crl).tbs_certlist_bytes
    assert items[CollateralKind.PCK_CRL].content_hash == sha256(signed).digest()
    text = collateral.tcb_info.encode()
    assert items[CollateralKind.TCB_INFO].content_hash == sha256(text).digest()


def twin_of(crl: bytes) -> bytes:
    """The same list with the other s that P-256 takes for its signature."""
    parsed = load_der_x509_crl(crl)
    r, s = decode_dss_signature(parsed.signature)
    signature = b"\0" + encode_dss_signature(r, P256_ORDER - s)
    signed = bytes((3, len(signature))) + signature
    content = parsed.tbs_certlist_bytes + ECDSA_SHA256 + signed
    return b"\x30\x82" + len(content).to_bytes(2, "big") + content


def test_items_of__other_signature_of_the_same_list__is_the_same_item(
    collateral: Collateral,
) -> None:
    platform = SimulatedPlatform(
        b"items", 31337, NOW, Variation(issued=Issued(foreign_revocations=9))
    )
    crl = platform.collateral().pck_crl
    first = by_part(items_of(replace(collateral, pck_crl=crl), None))[CollateralKind.PCK_CRL]
    twin = replace(collateral, pck_crl=twin_of(crl))
    other = by_part(items_of(twin, None))[CollateralKind.PCK_CRL]
    assert other.content != first.content
    assert other.content_hash == first.content_hash


def test_items_of__tcb_info_and_identity__name_their_evaluation(collateral: Collateral) -> None:
    items = by_part(items_of(collateral, NUMBERS))
    number = json.loads(collateral.tcb_info)["tcbEvaluationDataNumber"]
    assert items[CollateralKind.TCB_INFO].evaluation == number > 0
    assert items[CollateralKind.QE_IDENTITY].evaluation == number
    assert items[CollateralKind.EVALUATION_NUMBERS].evaluation == 0


def test_items_of__keys__are_those_of_the_store(collateral: Collateral) -> None:
    items = by_part(items_of(collateral, NUMBERS))
    fmspc = int(json.loads(collateral.tcb_info)["fmspc"], 16)
    assert items[CollateralKind.TCB_INFO].key == 0x81 << 48 | fmspc
    assert (
        items[CollateralKind.QE_IDENTITY].key
        == items[CollateralKind.EVALUATION_NUMBERS].key
        == 0x81
    )
    assert items[CollateralKind.PCK_CA].key == items[CollateralKind.PCK_CRL].key > 0
    signer = load_pem_x509_certificates(collateral.tcb_info_issuer_chain.encode())[0]
    assert items[CollateralKind.TCB_SIGNING].key == signer.serial_number > 0
    root = load_pem_x509_certificates(collateral.pck_crl_issuer_chain.encode())[-1]
    identifier = root.extensions.get_extension_for_class(SubjectKeyIdentifier).value.digest
    assert items[CollateralKind.ROOT_CRL].key == int.from_bytes(identifier, "big")


def test_items_of__texts_signed_by_several__each_signer_is_an_item(collateral: Collateral) -> None:
    """As while Intel goes over to the next TCB signing certificate."""
    platforms = [SimulatedPlatform(seed, 31337, NOW) for seed in (b"next", b"numbers")]
    following, last = (platform.collateral().qe_identity_issuer_chain for platform in platforms)
    mixed = replace(collateral, qe_identity_issuer_chain=following)
    numbers = replace(NUMBERS, issuer_chain=last)
    signers = [item for item in items_of(mixed, numbers) if item.kind is CollateralKind.TCB_SIGNING]
    assert len({item.key for item in signers}) == len(signers) == 3
    chains = (collateral.tcb_info_issuer_chain, following, last)
    serials = [load_pem_x509_certificates(chain.encode())[0].serial_number for chain in chains]
    assert [item.key for item in signers] == serials
    assert all(item.kind <= CollateralKind.TCB_SIGNING for item in items_of(mixed, numbers)[:4])


def test_items_of__revocation_lists__count_their_entries() -> None:
    issued = Issued(foreign_revocations=9, pck_ca_revoked=True)
    platform = SimulatedPlatform(b"items", 31337, NOW, Variation(issued=issued))
    items = by_part(items_of(platform.collateral(), None))
    assert items[CollateralKind.PCK_CRL].entries == 9
    assert items[CollateralKind.ROOT_CRL].entries == 1
    assert {item.entries for part, item in items.items() if "CRL" not in part.name} == {0}


def test_items_of__crl_without_its_issuers_key__is_typed() -> None:
    issued = Issued(pck_crl=CrlShape(identified=False))
    platform = SimulatedPlatform(b"items", 31337, NOW, Variation(issued=issued))
    with pytest.raises(CollateralInvalid, match="CRL of Intel SGX PCK Platform CA"):
        items_of(platform.collateral(), None)


def test_items_of__simulated__are_valid_now_and_end_in_30_days(collateral: Collateral) -> None:
    for item in items_of(collateral, None):
        assert item.since <= NOW < item.until, item.name
        if item.kind not in (CollateralKind.PCK_CA, CollateralKind.TCB_SIGNING):
            assert item.until <= NOW + 30 * 86400


def test_items_of__genuine__are_named_as_intel_does(vectors: Path) -> None:
    genuine = Collateral.from_json((vectors / "dcap/tdx_v4/collateral.json").read_bytes())
    names = [item.name for item in items_of(genuine, None)]
    assert names == [
        "Intel SGX PCK Platform CA",
        "Intel SGX TCB Signing",
        "root CRL",
        "CRL of Intel SGX PCK Platform CA",
        "TCB info TDX B0C06F000000",
        "QE identity TD_QE",
    ]


def test_items_of__crl_that_names_its_issuer_otherwise__is_typed(collateral: Collateral) -> None:
    issuer = Name([NameAttribute(NameOID.COMMON_NAME, "root")])
    since = datetime.fromtimestamp(NOW, UTC)
    builder = CertificateRevocationListBuilder(issuer, since, since + timedelta(days=1))
    by_name = AuthorityKeyIdentifier(None, [DirectoryName(issuer)], 7)
    crl = builder.add_extension(by_name, critical=False).sign(
        generate_private_key(SECP256R1()), SHA256()
    )
    altered = replace(collateral, root_ca_crl=crl.public_bytes(Encoding.DER))
    with pytest.raises(CollateralInvalid, match="root CRL does not identify its issuer's key"):
        items_of(altered, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"tcb_info": "{"},
        {"tcb_info": '{"id":"SEV"}'},
        {"tcb_info": '{"id":"TDX","fmspc":"zz"}'},
        {"tcb_info": '{"id":["TDX"]}'},
        {"tcb_info": "[]"},
        {"qe_identity": '{"id":"TD_QE"}'},
        {"tcb_info": '{"id":"TDX","fmspc":"00","tcbEvaluationDataNumber":"17"}'},
        {"pck_crl_issuer_chain": ""},
        {"tcb_info_issuer_chain": "-----BEGIN CERTIFICATE-----"},
        {"root_ca_crl": b"\x30\x00"},
    ],
)
def test_items_of__malformed_part__is_typed(
    collateral: Collateral, changes: dict[str, Any]
) -> None:
    with pytest.raises(CollateralInvalid):
        items_of(replace(collateral, **changes), None)
