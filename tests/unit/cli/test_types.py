"""Types of options: addresses, URLs, numbers."""

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestor.cli.types import ADDRESS, URL, NumberRange
from attestor.core.text import checksummed, to_hex

WORDS = st.binary(min_size=20, max_size=20)


@given(WORDS)
def test_address__lower_case_or_checksum__is_taken(address: bytes) -> None:
    assert ADDRESS.convert(to_hex(address), None, None) == address
    assert ADDRESS.convert(checksummed(address), None, None) == address
    assert ADDRESS.convert("0x" + address.hex().upper(), None, None) == address


@given(WORDS, st.integers(0, 39))
def test_address__a_letter_of_another_case__is_refused(address: bytes, place: int) -> None:
    text = checksummed(address)
    changed = text[: 2 + place] + text[2 + place].swapcase() + text[3 + place :]
    digits = changed[2:]
    if changed == text or digits in (digits.lower(), digits.upper()):
        return
    with pytest.raises(click.BadParameter, match="wrong checksum"):
        ADDRESS.convert(changed, None, None)


def test_address__a_digit_mistyped__is_refused() -> None:
    with pytest.raises(click.BadParameter, match="wrong checksum: a digit is mistyped"):
        ADDRESS.convert("0x70997970C51812dc3A010C7d01b50e0d17dc79C9", None, None)


@pytest.mark.parametrize(
    "given",
    [
        "node.example",
        "ws://a",
        "http://",
        "http://a:b",
        "http://a:65536",
        "http://a b",
        "http://a\0",
    ],
)
def test_url__that_nobody_could_ask__is_refused_without_showing_it(given: str) -> None:
    with pytest.raises(click.BadParameter, match="the URL is invalid") as caught:
        URL.convert(given, None, None)
    assert given not in caught.value.message


@pytest.mark.parametrize("given", ["http://a", "https://user:key@[::1]:8545/path?key=1"])
def test_url__that_can_be_asked__is_as_it_was_given(given: str) -> None:
    assert URL.convert(given, None, None) == given


@pytest.mark.parametrize("given", ["nan", "-nan", "inf", "-1", "x"])
def test_number__that_is_none_within_bounds__is_refused(given: str) -> None:
    with pytest.raises(click.BadParameter):
        NumberRange(min=0).convert(given, None, None)


def test_number__within_bounds__is_taken() -> None:
    assert NumberRange(0, 3600).convert("2.5", None, None) == 2.5
