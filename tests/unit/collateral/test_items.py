"""What of the collateral is uploaded, and in which order."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
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
    load_pem_x509_certificates,
)
from eth_utils.crypto import keccak

from attestor.chain.collateral_store import CollateralKind
from attestor.collateral.items import UPLOAD_ORDER, Item, items_of
from attestor.errors import CollateralInvalid
from attestor.quote.collateral import Collateral, SignedText
from attestor.quote.simulated import SimulatedPlatform, Variation
from attestor.quote.simulated.issued import CrlShape, Issued

NOW = 1_790_000_000
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
    assert items[CollateralKind.PCK_CRL].content_hash == keccak(collateral.pck_crl)


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
    assert items[CollateralKind.TCB_SIGNING].key == 0
    root = load_pem_x509_certificates(collateral.pck_crl_issuer_chain.encode())[-1]
    identifier = root.extensions.get_extension_for_class(SubjectKeyIdentifier).value.digest
    assert items[CollateralKind.ROOT_CRL].key == int.from_bytes(identifier, "big")


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
        {"pck_crl_issuer_chain": ""},
        {"tcb_info_issuer_chain": "-----BEGIN CERTIFICATE-----"},
        {"root_ca_crl": b"\x30\x00"},
    ],
)
def test_items_of__malformed_part__is_typed(
    collateral: Collateral, changes: dict[str, object]
) -> None:
    with pytest.raises(CollateralInvalid):
        items_of(replace(collateral, **changes), None)
