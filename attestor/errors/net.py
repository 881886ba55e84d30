"""The error of HTTP requests, with a reason that a caller can decide by."""

from enum import StrEnum

from attestor.errors.base import Transient


class HttpFault(StrEnum):
    """Why a request got no answer that can be used."""

    URL = "url"
    """The address is no http or https URL."""
    NAME = "name"
    """The host's name does not resolve."""
    REFUSED = "refused"
    """Nothing listens at that port."""
    NO_ROUTE = "no_route"
    """The network has no way to the host."""
    TLS_DATE = "tls_date"
    """The certificate has expired, or is not valid yet."""
    TLS_NAME = "tls_name"
    """The certificate is for another host."""
    TLS_AUTHORITY = "tls_authority"
    """The certificate was issued by nobody whom this machine trusts."""
    TLS = "tls"
    """Another failure of TLS, or a port that does not speak it."""
    TIMEOUT = "timeout"
    """The deadline passed, in whatever phase."""
    LOST = "lost"
    """The connection ended before the answer was complete."""
    PROTOCOL = "protocol"
    """The answer is not HTTP/1.1 or HTTP/1.0."""
    TOO_LARGE = "too_large"
    """Headers or body are over their limit."""
    ENCODED = "encoded"
    """The body is compressed, though that was not asked for."""
    REDIRECT = "redirect"
    """The server redirects to where the request is not to go."""
    CLOSED = "closed"
    """The client was closed, possibly by another thread and while the request ran."""


class HttpFailed(Transient):
    """A request got no answer. The message names neither host nor path: its caller does, who knows
    what of the address may be shown."""

    code = "http_failed"
    advice = "The message says what failed: name, port, TLS or time."

    def __init__(
        self, message: str, *, hint: str | None = None, fault: HttpFault = HttpFault.PROTOCOL
    ) -> None:
        super().__init__(message, hint=hint)
        self.fault = fault

    def hint_with(self, more: str) -> str:
        """Its hint, if it has one, and what the caller can add."""
        return f"{self.hint}; {more}" if self.hint else more
