"""The compact form of quotes, against the whole ones."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate

from attestor.errors import QuoteNotCompactable
from attestor.quote.compact import compact, pck_certificate
from attestor.quote.format import Quote, parse
from attestor.quote.simulated import SimulatedPlatform
from attestor.quote.simulated.variation import (
    V3_SGX,
    V4_SGX,
    V5_SGX,
    V5_TD_10,
    V5_TD_15,
    Envelope,
    QuotingEnclave,
)

SIGNED = {"v3": 432, "v4 SGX": 432, "v4": 632, "v5 SGX": 438, "v5 TD 1.0": 638, "v5 TD 1.5": 702}
FORMS = {
    "v3": V3_SGX,
    "v4 SGX": V4_SGX,
    "v4": Envelope(),
    "v5 SGX": V5_SGX,
    "v5 TD 1.0": V5_TD_10,
    "v5 TD 1.5": V5_TD_15,
}


def with_chain(quote: Quote, chain: bytes) -> Quote:
    return replace(quote, evidence=replace(quote.evidence, certification_data=chain))


@pytest.mark.parametrize("form", FORMS)
def test_compact__each_form__holds_the_parts_in_order(
    make_platform: Callable[..., SimulatedPlatform], bound: bytes, form: str
) -> None:
    platform = make_platform(envelope=FORMS[form])
    raw = platform.quote(bound)
    got = compact(parse(raw))
    signed = SIGNED[form]
    wrapped = 0 if form == "v3" else 6
    evidence = signed + 4 + 128 + wrapped
    assert got[: signed + 128] == raw[:signed] + raw[signed + 4 : signed + 132]
    assert got[signed + 128 : signed + 576] == raw[evidence : evidence + 448]
    assert got[signed + 576 : signed + 608] == b"SIMULATED QE AUTHENTICATION DATA"
    assert got[signed + 608 :] == platform.pki.pck.der


def test_compact__padding__does_not_count(platform: SimulatedPlatform, bound: bytes) -> None:
    raw = platform.quote(bound)
    assert compact(parse(raw + bytes(3000))) == compact(parse(raw))


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_compact__other_size_of_qe_authentication_data__is_refused(
    make_platform: Callable[..., SimulatedPlatform], bound: bytes, size: int
) -> None:
    platform = make_platform(enclave=QuotingEnclave(auth_data=bytes(size)))
    with pytest.raises(QuoteNotCompactable, match=f"^{size} bytes of QE authentication data"):
        compact(parse(platform.quote(bound)))


@pytest.mark.parametrize("number", [1, 2, 3, 4, 7])
def test_compact__quote_without_chain__is_refused(
    make_platform: Callable[..., SimulatedPlatform], bound: bytes, number: int
) -> None:
    platform = make_platform(envelope=Envelope(inner_type=number))
    with pytest.raises(QuoteNotCompactable, match=f"certification type {number} instead of 5"):
        compact(parse(platform.quote(bound)))


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_pck_certificate__line_endings__are_not_part_of_it(
    platform: SimulatedPlatform, bound: bytes, ending: bytes
) -> None:
    quote = parse(platform.quote(bound))
    chain = quote.pem_chain.replace(b"\n", ending)
    assert pck_certificate(with_chain(quote, chain)) == platform.pki.pck.der


def test_pck_certificate__only_the_first__is_taken(
    make_platform: Callable[..., SimulatedPlatform], bound: bytes
) -> None:
    platform = make_platform(envelope=Envelope(chain=("pck_ca", "pck")))
    assert pck_certificate(parse(platform.quote(bound))) == platform.pki.pck_ca.der


@pytest.mark.parametrize(
    "chain",
    [
        b"",
        b"-----BEGIN CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE-----\nAAAA",
        b"-----BEGIN CERTIFICATE-----\nAA*A\n-----END CERTIFICATE-----",
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        b"text before\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    ],
)
def test_pck_certificate__no_certificate_first__is_refused(
    platform: SimulatedPlatform, bound: bytes, chain: bytes
) -> None:
    quote = parse(platform.quote(bound))
    with pytest.raises(QuoteNotCompactable, match="no PEM certificate at the start"):
        compact(with_chain(quote, chain))


@pytest.mark.parametrize("text", [b"A", b"AAA", b"A===", b"AA=A", b"AAAA=AAA", b"AA==AAAA"])
def test_pck_certificate__text_that_is_not_base64__is_refused(
    platform: SimulatedPlatform, bound: bytes, text: bytes
) -> None:
    quote = parse(platform.quote(bound))
    chain = b"-----BEGIN CERTIFICATE-----\n" + text + b"\n-----END CERTIFICATE-----\n"
    with pytest.raises(QuoteNotCompactable, match="not base64"):
        compact(with_chain(quote, chain))


@pytest.mark.parametrize("name", ["tdx_v4", "sgx_v3", "tdx_v5_outdated"])
def test_compact__genuine__is_about_half_as_long(vectors: Path, name: str) -> None:
    quote = parse((vectors / "dcap" / name / "quote.bin").read_bytes())
    got = compact(quote)
    assert got.startswith(quote.signed_region + quote.signature)
    assert len(got) < 0.55 * len(quote.trimmed)
    certificate = load_der_x509_certificate(pck_certificate(quote))
    assert "Intel SGX PCK Certificate" in certificate.subject.rfc4514_string()
    assert got.endswith(certificate.public_bytes(Encoding.DER))
