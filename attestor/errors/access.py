"""Errors of who may ask, and how much."""

from attestor.errors.base import Misconfigured, Rejected, Transient


class Unauthenticated(Rejected):
    """Who asks did not say who it is, and nobody unnamed is served there (HTTP 401)."""

    code = "unauthenticated"


class KeyRefused(Unauthenticated):
    """The API key is malformed, unknown or revoked (HTTP 401)."""

    code = "key_refused"


class ClientRefused(Rejected):
    """It is known who asks, and that client is not served (HTTP 403)."""

    code = "client_refused"


class QuotaExceeded(Transient):
    """A client used up one of its quotas (HTTP 429). `limit` is the quota's name, `seconds` is when
    some of it is there again."""

    code = "quota_exceeded"

    def __init__(
        self, message: str, *, hint: str | None = None, limit: str = "", seconds: float = 1.0
    ) -> None:
        super().__init__(message, hint=hint)
        self.limit = limit
        self.seconds = seconds


class ClientsFileInvalid(Misconfigured):
    """The file of clients cannot be read, or is not one."""

    code = "clients_file_invalid"


class ClientUnknown(Rejected):
    """No client of that name, or no key of that id, is in the file of clients."""

    code = "client_unknown"
