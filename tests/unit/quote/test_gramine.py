"""Quotes under Gramine, by a double of its pseudo-files."""

import errno

import pytest
from cases.gramine import Gramine, platform

from attestor.errors import (
    QuoteInvalid,
    QuoteProviderInvalid,
    QuoteUnavailable,
    ReportDataInvalid,
    ReportDataMismatch,
)
from attestor.quote.format import BodyType, parse
from attestor.quote.gramine import GramineProvider
from attestor.quote.simulated import Variation

DATA = bytes(range(64))


def test_quote__dcap__is_of_version_3_with_the_report_data() -> None:
    found = parse(GramineProvider(Gramine()).quote(DATA))
    assert (found.version, found.body_type, found.report_data) == (3, BodyType.SGX, DATA)


def test_quote__zeros_after_it__are_cut_off() -> None:
    whole = platform().quote(DATA)
    assert GramineProvider(Gramine(told=whole + bytes(100))).quote(DATA) == whole


@pytest.mark.parametrize("kind", [b"none", b"epid", b"", b"dcap2"])
def test_quote__other_attestation_type__names_the_setting(kind: bytes) -> None:
    with pytest.raises(QuoteProviderInvalid) as caught:
        GramineProvider(Gramine(kind=kind)).quote(DATA)
    assert "sgx.remote_attestation" in str(caught.value)


@pytest.mark.parametrize("kind", [b"dcap\0", b"dcap\n"])
def test_quote__attestation_type_with_an_end__is_read(kind: bytes) -> None:
    assert GramineProvider(Gramine(kind=kind)).quote(DATA)


@pytest.mark.parametrize("name", ["attestation_type", "user_report_data", "quote"])
@pytest.mark.parametrize(
    ("number", "error", "words"),
    [
        (errno.ENOENT, QuoteProviderInvalid, "gramine-sgx"),
        (errno.EACCES, QuoteProviderInvalid, "gramine-sgx"),
        (errno.EIO, QuoteUnavailable, "AESM"),
        (errno.EFBIG, QuoteUnavailable, "AESM"),
    ],
)
def test_quote__file_that_fails__says_what_to_do(
    name: str, number: int, error: type[Exception], words: str
) -> None:
    files = Gramine(faults={name: OSError(number, "made up")})
    with pytest.raises(error, match=words):
        GramineProvider(files).quote(DATA)


def test_quote__other_report_data__is_refused() -> None:
    with pytest.raises(ReportDataMismatch):
        GramineProvider(Gramine(replaced=b"\x01" * 64)).quote(DATA)


def test_quote__of_a_td__is_refused() -> None:
    with pytest.raises(QuoteProviderInvalid, match="configfs"):
        GramineProvider(Gramine(platform=platform(Variation()))).quote(DATA)


@pytest.mark.parametrize("told", [b"", b"\x03\x00", platform().quote(DATA)[:-1]])
def test_quote__that_is_none__is_refused(told: bytes) -> None:
    with pytest.raises(QuoteInvalid):
        GramineProvider(Gramine(told=told)).quote(DATA)


@pytest.mark.parametrize("size", [0, 32, 63, 65])
def test_quote__report_data_of_other_sizes__is_refused(size: int) -> None:
    with pytest.raises(ReportDataInvalid):
        GramineProvider(Gramine()).quote(bytes(size))
