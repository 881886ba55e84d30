"""Collateral as JSON, its period, and its sources."""

import base64
import json
import os
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from attestor.collateral.sources import FileSource, PccsSource, SimulatedSource, source_from
from attestor.errors import CollateralExpired, CollateralInvalid, ConfigurationInvalid
from attestor.quote.collateral import MAX_COLLATERAL_BYTES, Collateral
from attestor.quote.simulated import SimulatedPlatform
from attestor.quote.simulated.issued import DAY, Issued
from attestor.quote.simulated.pki import Pki
from attestor.quote.simulated.variation import Machine
from attestor.quote.validity import validity

NAMES = [field.name for field in fields(Collateral)]


@pytest.fixture(scope="module")
def collateral(platform: SimulatedPlatform) -> Collateral:
    return platform.collateral()


def test_to_json__read_back__is_equal(collateral: Collateral) -> None:
    assert Collateral.from_json(collateral.to_json()) == collateral


def test_id__each_part__changes_it(collateral: Collateral) -> None:
    assert Collateral.from_json(collateral.to_json()).id == collateral.id
    others = [replace(collateral, **{name: getattr(collateral, name) * 2}).id for name in NAMES]
    assert len({collateral.id, *others}) == len(NAMES) + 1


def test_from_json__genuine_file__is_read_whole(vectors: Path) -> None:
    text = (vectors / "dcap/tdx_v4/collateral.json").read_bytes()
    collateral = Collateral.from_json(text)
    assert json.loads(collateral.tcb_info)["fmspc"] == "B0C06F000000"
    assert len(collateral.tcb_info_signature) == len(collateral.qe_identity_signature) == 64
    assert json.loads(collateral.to_json()) == json.loads(text)


@pytest.mark.parametrize("name", NAMES)
def test_from_json__key_missing_or_not_text__is_refused_by_name(
    collateral: Collateral, name: str
) -> None:
    values = json.loads(collateral.to_json())
    wrong_types: tuple[object, ...] = (None, 5, ["x"], {})
    for wrong in wrong_types:
        with pytest.raises(CollateralInvalid, match=f"{name} is .*not text"):
            Collateral.from_json(json.dumps({**values, name: wrong}).encode())
    del values[name]
    with pytest.raises(CollateralInvalid, match=name):
        Collateral.from_json(json.dumps(values).encode())


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[" * 100_000], ids=repr)
def test_from_json__not_json__is_refused(text: bytes) -> None:
    with pytest.raises(CollateralInvalid, match="not JSON"):
        Collateral.from_json(text)


def test_from_json__not_an_object__is_refused() -> None:
    with pytest.raises(CollateralInvalid, match="is a list"):
        Collateral.from_json(b"[]")


def test_from_json__not_hexadecimal__is_refused_by_name(collateral: Collateral) -> None:
    values = json.loads(collateral.to_json())
    with pytest.raises(CollateralInvalid, match="pck_crl is not hexadecimal"):
        Collateral.from_json(json.dumps({**values, "pck_crl": "0xzz"}).encode())


def test_from_json__over_the_size_limit__is_refused_unread() -> None:
    with pytest.raises(CollateralInvalid, match="at most"):
        Collateral.from_json(b" " * (MAX_COLLATERAL_BYTES + 1))


def test_validity__simulated__is_from_the_day_before_for_thirty_days(
    collateral: Collateral, now: int
) -> None:
    period = validity(collateral)
    assert (period.since, period.until) == (now - DAY, now + 30 * DAY)
    for moment in (now - DAY, now, now + 30 * DAY - 1):
        period.require(moment)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"tcb_info_valid_for": DAY}, "TCB info"),
        ({"qe_identity_valid_for": DAY}, "QE identity"),
        ({"root_crl_valid_for": DAY}, "root CRL"),
        ({"pck_crl_valid_for": DAY}, "PCK CRL"),
    ],
)
def test_validity__one_part_ends_first__is_named_when_expired(
    make_platform: Callable[..., SimulatedPlatform], now: int, change: dict[str, Any], part: str
) -> None:
    period = validity(make_platform(issued=Issued(**change)).collateral())
    period.require(now + DAY - 1)
    with pytest.raises(CollateralExpired, match=f"^{part} expired at 2026-09-22 14:13:20 UTC"):
        period.require(now + DAY)


def test_validity__before_its_issue__blames_the_clock(collateral: Collateral, now: int) -> None:
    with pytest.raises(CollateralExpired, match="not valid before") as caught:
        validity(collateral).require(now - DAY - 1)
    assert "clock" in (caught.value.hint or "")


def test_validity__chain_expires_first__limits_it(
    collateral: Collateral, make_platform: Callable[..., SimulatedPlatform], now: int
) -> None:
    short = Pki.make(b"short", Machine(pck_not_after=now + 5)).pck.pem.decode()
    period = validity(replace(collateral, tcb_info_issuer_chain=short))
    assert (period.until, period.first_to_end) == (now + 5, "TCB info issuer chain")


def test_validity__genuine_collateral__is_as_published(vectors: Path) -> None:
    text = (vectors / "dcap/tdx_v4/collateral.json").read_bytes()
    period = validity(Collateral.from_json(text))
    assert period.since == int(datetime(2025, 6, 19, 10, 32, 27, tzinfo=UTC).timestamp())
    assert period.since < 1750330571 < period.until


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("tcb_info", "{}", "TCB info has no readable dates"),
        ("tcb_info", "[]", "TCB info has no readable dates"),
        ("tcb_info", "{", "TCB info has no readable dates"),
        ("qe_identity", '{"issueDate":1,"nextUpdate":2}', "QE identity has no readable dates"),
        ("qe_identity", '{"issueDate":"soon","nextUpdate":"later"}', "no readable dates"),
        ("root_ca_crl", b"", "root CRL cannot be read"),
        ("pck_crl", b"\x30\x82", "PCK CRL cannot be read"),
        ("pck_crl_issuer_chain", "", "issuer chain cannot be read"),
        ("tcb_info_issuer_chain", "-----BEGIN CERTIFICATE-----", "issuer chain cannot be read"),
    ],
)
def test_validity__part_unreadable__is_refused_by_name(
    collateral: Collateral, name: str, value: Any, reason: str
) -> None:
    with pytest.raises(CollateralInvalid, match=reason):
        validity(replace(collateral, **{name: value}))


def test_simulated_source__asked_later__issues_anew(platform: SimulatedPlatform, now: int) -> None:
    source = SimulatedSource(platform)
    assert source.collateral(b"", now) == platform.collateral()
    later = validity(source.collateral(b"", now + 100 * DAY))
    later.require(now + 100 * DAY)


def test_file_source__file_replaced__is_read_anew(
    tmp_path: Path, platform: SimulatedPlatform, now: int
) -> None:
    path = tmp_path / "collateral.json"
    source = FileSource(path)
    for moment in (now, now + DAY):
        path.write_bytes(platform.collateral(moment).to_json())
        assert source.collateral(b"", now) == platform.collateral(moment)


def test_file_source__unreadable__says_which_option(tmp_path: Path, now: int) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"No such file.*quote\.collateral"):
        FileSource(tmp_path / "missing.json").collateral(b"", now)
    with pytest.raises(ConfigurationInvalid, match="cannot read"):
        FileSource(tmp_path).collateral(b"", now)


def test_file_source__endless_file__is_refused(now: int) -> None:
    with pytest.raises(ConfigurationInvalid, match="a device"):
        FileSource(Path("/dev/zero")).collateral(b"", now)


def test_file_source__large_file__is_refused(now: int, tmp_path: Path) -> None:
    file = tmp_path / "collateral.json"
    file.touch()
    os.truncate(file, MAX_COLLATERAL_BYTES + 1)
    with pytest.raises(CollateralInvalid, match="at most"):
        FileSource(file).collateral(b"", now)


@pytest.mark.parametrize(
    "url", ["ftp://host/", "https://", "http:///path", "https://[::1", "file:///etc/passwd"]
)
def test_pccs_source__not_a_url_of_a_service__is_refused(url: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="not the URL of a PCCS"):
        PccsSource(url)


def test_pccs_source__credentials_in_the_url__are_refused_and_not_shown() -> None:
    with pytest.raises(ConfigurationInvalid, match="credentials") as caught:
        PccsSource("https://user:hunter2@pccs.example")
    assert "hunter2" not in str(caught.value)


def test_pccs_source__no_url_of_a_service__is_refused_without_showing_it() -> None:
    with pytest.raises(ConfigurationInvalid, match="not the URL of a PCCS") as caught:
        PccsSource("ftp://user:hunter2@pccs.example/hunter2")
    assert "hunter2" not in str(caught.value)


def test_source_from__option__tells_url_and_file_apart(tmp_path: Path) -> None:
    assert isinstance(source_from("https://pccs.example:8081"), PccsSource)
    assert isinstance(source_from(str(tmp_path / "collateral.json")), FileSource)
    with pytest.raises(ConfigurationInvalid, match="quote.collateral is missing"):
        source_from("")


def test_validity__crl_without_next_update__is_refused(collateral: Collateral) -> None:
    """The second time in a CRL is optional: cut out, with the two lengths around it mended."""
    der = collateral.pck_crl
    first = der.index(b"\x17\x0d")
    shorter = bytearray(der[: first + 15] + der[first + 30 :])
    assert der[first + 15 : first + 17] == b"\x17\x0d"
    for header in (0, 4):
        assert der[header : header + 2] == b"\x30\x82"
        size = int.from_bytes(der[header + 2 : header + 4], "big") - 15
        shorter[header + 2 : header + 4] = size.to_bytes(2, "big")
    with pytest.raises(CollateralInvalid, match="PCK CRL has no next update"):
        validity(replace(collateral, pck_crl=bytes(shorter)))


def test_validity__certificate_of_unknown_version__is_refused(
    collateral: Collateral, platform: SimulatedPlatform
) -> None:
    """Not a ValueError to the library that reads it."""
    der = platform.root_der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x05", 1)
    assert der != platform.root_der
    text = base64.encodebytes(der).decode()
    pem = f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"
    with pytest.raises(CollateralInvalid, match="issuer chain cannot be read"):
        validity(replace(collateral, pck_crl_issuer_chain=pem))
