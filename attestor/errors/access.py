"""Errors of who may ask, and how much."""

from attestor.errors.base import Misconfigured, Rejected, Transient


class Unauthenticated(Rejected):
    """Who asks did not say who it is, and nobody unnamed is served there (HTTP 401)."""

    code = "unauthenticated"
    advice = (
        "Send an API key or a client certificate; the operator makes keys by attestor clients add."
    )


class KeyRefused(Unauthenticated):
    """The API key is malformed, unknown or revoked (HTTP 401)."""

    code = "key_refused"
    advice = "Ask the operator for a new key, and check that it was copied whole."


class ClientRefused(Rejected):
    """It is known who asks, and that client is not served (HTTP 403)."""

    code = "client_refused"
    advice = (
        "Ask the operator: api.allow has the addresses, api.clients_file the clients "
        "that were revoked. The operators' own address is asked by 127.0.0.1 or localhost."
    )


class QuotaExceeded(Transient):
    """A client used up one of its quotas (HTTP 429). `limit` is the quota's name, `seconds` is when
    some of it is there again."""

    code = "quota_exceeded"
    advice = (
        "Ask again after Retry-After, or have the operator raise the quota that error.limit names."
    )

    def __init__(
        self, message: str, *, hint: str | None = None, limit: str = "", seconds: float = 1.0
    ) -> None:
        super().__init__(message, hint=hint)
        self.limit = limit
        self.seconds = seconds


class CyclesUsedUp(Rejected):
    """A run was ended, as the cycles that its client may still have executed were used up."""

    code = "cycles_used_up"
    advice = (
        "Give jobs a cycle_limit, so that their cycles are reserved, or ask again when the quota "
        "comes back; the operator can raise it."
    )


class ClientsFileInvalid(Misconfigured):
    """The file of clients cannot be read, or is not one."""

    code = "clients_file_invalid"
    advice = "Restore the file, or make one by attestor clients add; then start the daemon again."


class ClientUnknown(Rejected):
    """No client of that name, or no key of that id, is in the file of clients."""

    code = "client_unknown"
    advice = "Look at the names and ids: attestor clients ls."
