"""The profile of PCK certificates."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.x509.oid import ObjectIdentifier

from attestor.errors import QuoteRefused
from attestor.quote.compact import pck_certificate
from attestor.quote.format import parse
from attestor.quote.pck import require_profile
from attestor.quote.simulated.certificate import (
    AUTHORITY_KEY_ID,
    BASIC_CONSTRAINTS,
    KEY_USAGE,
    SGX,
    SUBJECT_KEY_ID,
    Certificates,
    CertificateShape,
)
from attestor.quote.simulated.der import SgxExtensionShape, integer, octets
from attestor.quote.simulated.pki import Pki
from attestor.quote.simulated.variation import Machine

FIELDS = {
    "1": "PPID",
    "2": "TCB",
    **{f"2.{number}": f"TCB component {number}" for number in range(1, 17)},
    "2.17": "PCE SVN",
    "2.18": "CPU SVN",
    "3": "PCE id",
    "4": "FMSPC",
}


def certificate(machine: Machine | None = None, **fields: Any) -> bytes:
    shapes = Certificates(pck=CertificateShape(**fields))
    return Pki.make(b"seed of tests", machine or Machine(), shapes).pck.der


def bent(**fields: Any) -> bytes:
    return certificate(Machine(extension=SgxExtensionShape(**fields)))


@pytest.mark.parametrize("authority", ["Platform", "Processor"])
@pytest.mark.parametrize("svn", [0, 127, 128, 255])
def test_require__sound_certificate__passes(authority: str, svn: int) -> None:
    require_profile(certificate(Machine(authority=authority, cpu_svn=(svn,) * 16, pce_svn=65535)))


def test_require__extensions_that_nobody_needs__may_be_missing_or_more() -> None:
    require_profile(certificate(without=frozenset({SUBJECT_KEY_ID}), unknown=False))
    require_profile(bent(without=frozenset({"5", "6", "7"})))


@pytest.mark.parametrize(
    ("extension", "reason"),
    [
        (AUTHORITY_KEY_ID, "issuer's key"),
        (KEY_USAGE, "not for signatures"),
        (BASIC_CONSTRAINTS, "no authority"),
        (SGX, "lacks Intel's SGX extension"),
    ],
)
def test_require__extension_missing__is_refused(extension: ObjectIdentifier, reason: str) -> None:
    with pytest.raises(QuoteRefused, match=reason):
        require_profile(certificate(without=frozenset({extension})))


def test_require__authority__is_refused() -> None:
    with pytest.raises(QuoteRefused, match="not for signatures"):
        require_profile(certificate(authority=True))


@pytest.mark.parametrize("suffix", FIELDS)
def test_require__field_missing__is_named(suffix: str) -> None:
    with pytest.raises(QuoteRefused, match=f"no {FIELDS[suffix]} where it belongs"):
        require_profile(bent(without=frozenset({suffix})))


@pytest.mark.parametrize(
    ("suffix", "size"), [("1", 15), ("1", 17), ("2.18", 15), ("3", 1), ("3", 3), ("4", 5), ("4", 7)]
)
def test_require__field_of_other_size__is_refused(suffix: str, size: int) -> None:
    with pytest.raises(QuoteRefused, match=f"{FIELDS[suffix]} has {size} bytes"):
        require_profile(bent(values=((suffix, octets(bytes(size))),)))


@pytest.mark.parametrize(
    ("suffix", "value"),
    [
        ("2.1", integer(256)),
        ("2.16", integer(256)),
        ("2.3", bytes.fromhex("0201ff")),
        ("2.3", bytes.fromhex("0200")),
        ("2.17", integer(65536)),
    ],
)
def test_require__number_out_of_range__is_refused(suffix: str, value: bytes) -> None:
    with pytest.raises(QuoteRefused, match=f"{FIELDS[suffix]} is not between 0 and"):
        require_profile(bent(values=((suffix, value),)))


def test_require__fields_in_another_order__are_refused() -> None:
    with pytest.raises(QuoteRefused, match="no PPID where it belongs"):
        require_profile(bent(backwards=True))


@pytest.mark.parametrize("der", [b"", b"\x30", bytes(100), b"\x30\x82\xff\xff"])
def test_require__bytes_that_are_no_certificate__are_refused(der: bytes) -> None:
    with pytest.raises(QuoteRefused, match="cannot be read"):
        require_profile(der)


@pytest.mark.parametrize("name", ["tdx_v4", "sgx_v3", "tdx_v5_outdated"])
def test_require__genuine__passes(vectors: Path, name: str) -> None:
    quote = parse((vectors / "dcap" / name / "quote.bin").read_bytes())
    require_profile(pck_certificate(quote))
