"""Addresses on the command line."""

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestor.cli.types import ADDRESS
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
