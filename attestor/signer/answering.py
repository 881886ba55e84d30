"""Finding the verb of a request, and turning what is malformed into a typed refusal."""

from collections.abc import Callable, Mapping
from typing import Any

from attestor.core.frame import Frame
from attestor.errors import RequestInvalid

Verb = Callable[[dict[str, Any], tuple[bytes, ...]], Frame]
"""Answers a request's header and blobs. A malformed one may end in an AttributeError, LookupError,
TypeError or ValueError: they become a typed refusal."""


def whole(value: object) -> int:
    """A number of a request, which is one already: what is read as one (a text, a fraction, true)
    is something else to whoever wrote it. Raises `TypeError`."""
    if type(value) is not int:
        raise TypeError(f"{value!r:.40} is not a whole number")
    return value


def answered(verbs: Mapping[str, Verb], frame: Frame) -> Frame:
    """The answer of the verb that the request names. Raises `AttestorError`s."""
    verb = verbs.get(str(frame.header.get("verb")))
    if verb is None:
        raise RequestInvalid(f"the signer has no verb {frame.header.get('verb')!r:.40}")
    try:
        return verb(frame.header, frame.blobs)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise RequestInvalid(f"malformed request to the signer: {error!r:.200}") from None
