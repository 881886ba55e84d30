"""Exactly one account pays."""

import pytest

from attestor.core.payer_source import PayerSource

FILE = "/file"


def faults(**given: object) -> list[str]:
    return PayerSource(**given).faults(lambda name: f"payer.{name}")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given",
    [
        {"key_file": FILE},
        {"keystore_file": FILE, "keystore_password_file": FILE},
        {"environment_file": FILE},
        {"remote_url": "http://signer", "address": b"\x11" * 20},
    ],
)
def test_faults__one_place__has_none(given: dict[str, object]) -> None:
    assert faults(**given) == []


def test_faults__none__names_all_places() -> None:
    assert faults() == [
        "payer.key_file is missing (or payer.keystore_file, payer.environment_file or "
        "payer.remote_url)"
    ]


def test_faults__two_places__names_both() -> None:
    assert faults(key_file=FILE, remote_url="http://signer") == [
        "payer.key_file and payer.remote_url are given, but one account pays: leave one of them"
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"keystore_file": FILE},
            "payer.keystore_password_file is missing: payer.keystore_file needs it",
        ),
        ({"remote_url": "http://signer"}, "payer.address is missing: payer.remote_url needs it"),
        (
            {"key_file": FILE, "keystore_password_file": FILE},
            "payer.keystore_password_file is given without payer.keystore_file",
        ),
        (
            {"key_file": FILE, "address": b"\x11" * 20},
            "payer.address is given without payer.remote_url",
        ),
    ],
)
def test_faults__half_of_a_place__says_what_is_missing(
    given: dict[str, object], words: str
) -> None:
    assert faults(**given) == [words]
