"""Retry-After as servers write it."""

import pytest

from attestor.net import Response, retry_after
from attestor.net.retry_after import MAX_SECONDS

NOW = "Wed, 21 Oct 2026 07:28:00 GMT"


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("30", 30.0),
        (" 0 ", 0.0),
        ("99999999999999999999", MAX_SECONDS),
        ("Wed, 21 Oct 2026 07:28:30 GMT", 30.0),
        ("Wed, 21 Oct 2026 07:27:30 GMT", 0.0),
        ("Wed, 21 Oct 2099 07:28:00 GMT", MAX_SECONDS),
    ],
)
def test_retry_after__seconds_or_date__is_a_bounded_wait(given: str, seconds: float) -> None:
    assert retry_after(Response(429, {"retry-after": given, "date": NOW}, b"")) == seconds


@pytest.mark.parametrize(
    "given", ["", "-1", "1.5", "soon", "٣", "Wed, 99 Oct 2026 07:28:30 GMT", "Wed, 21 Oct 2026"]
)
def test_retry_after__anything_else__says_nothing(given: str) -> None:
    assert retry_after(Response(429, {"retry-after": given, "date": NOW}, b"")) is None


def test_retry_after__date_without_the_servers_own__says_nothing() -> None:
    assert retry_after(Response(429, {"retry-after": NOW}, b"")) is None
    assert retry_after(Response(429, {}, b"")) is None
