"""The reader of PCK certificates before any bytes."""

import functools

from hypothesis import given, settings
from hypothesis import strategies as st

from attestor.errors import QuoteRefused
from attestor.quote.pck import require_profile
from attestor.quote.simulated.pki import Pki
from attestor.quote.simulated.variation import Machine


@functools.cache
def sound() -> bytes:
    return Pki.make(b"properties", Machine()).pck.der


def require_or_refuse(der: bytes) -> None:
    try:
        require_profile(der)
    except QuoteRefused:
        assert der != sound()


@given(st.integers(0, 2000), st.integers(0, 255))
@settings(max_examples=500)
def test_require__one_byte_changed__passes_or_is_refused_by_type(offset: int, value: int) -> None:
    der = bytearray(sound())
    der[offset % len(der)] = value
    require_or_refuse(bytes(der))


@given(st.integers(0, 2000), st.binary(max_size=40))
def test_require__cut_and_continued__passes_or_is_refused_by_type(size: int, more: bytes) -> None:
    require_or_refuse(sound()[:size] + more)
