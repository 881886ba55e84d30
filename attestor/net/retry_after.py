"""The header Retry-After (RFC 9110, 10.2.3): for how long a server asks not to be called."""

from datetime import datetime
from email.utils import parsedate_to_datetime

from attestor.net.message import Response

MAX_SECONDS = 3600.0
"""A longer wait counts as this one: a server's slip must not silence it for good."""


def retry_after(response: Response) -> float | None:
    """Seconds from now, or None when the answer says nothing that can be understood.

    A date is taken relative to the answer's own Date: the server's clock is not ours.
    """
    asked = response.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdecimal():
        return min(float(asked[:9]), MAX_SECONDS)
    until, now = _date(asked), _date(response.headers.get("date", ""))
    if until is None or now is None:
        return None
    return min(max(0.0, (until - now).total_seconds()), MAX_SECONDS)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo is not None else None
