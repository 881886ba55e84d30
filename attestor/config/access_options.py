"""Options of who may ask: TLS, names, addresses, quotas. They are those of `Config`."""

from dataclasses import dataclass
from pathlib import Path

from attestor.config.option import option


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class AccessOptions:
    """Of the API's listener alone."""

    api_tls_certificate_file: Path | None = option(
        "path",
        "certificate chain of the API's listener, PEM, its own first; none is plain HTTP",
        None,
    )
    api_tls_key_file: Path | None = option("path", "private key of that certificate, PEM", None)
    api_client_ca_file: Path | None = option(
        "path",
        "certificates of the authorities that issue clients' certificates, PEM; clients are known "
        "by the names in them",
        None,
    )
    api_clients_file: Path | None = option(
        "path", "file of clients and API keys, as attestor clients writes it", None
    )
    api_anonymous: str = option(
        "choice",
        "who is served without a key or certificate: only this machine (loopback), everybody, or "
        "nobody; auto is loopback, and nobody once api.clients_file or api.client_ca_file is set",
        "auto",
        choices=("auto", "loopback", "everybody", "nobody"),
    )
    api_allow: tuple[str, ...] = option(
        "list", "addresses and networks that may ask; none is all of them", ()
    )
    api_trusted_proxies: tuple[str, ...] = option(
        "list", "proxies, by address or network, whose X-Forwarded-For is believed", ()
    )
    api_access_log: bool = option("bool", "log a line for each request", True)

    api_client_requests_per_minute: int = option(
        "int",
        "requests a minute of one client with a name; 0, here and below, is no limit",
        600,
        reloads=True,
    )
    api_client_bytes_per_hour: int = option(
        "int", "bytes of requests' bodies an hour of one client with a name", 8 << 30, reloads=True
    )
    api_client_cycles_per_hour: int = option(
        "int",
        "cycles executed in an hour for one client with a name",
        1_000_000_000_000,
        reloads=True,
    )
    api_client_cycles_per_day: int = option(
        "int",
        "cycles executed in a day for one client with a name",
        10_000_000_000_000,
        reloads=True,
    )
    api_client_jobs: int = option(
        "int", "jobs of one client with a name that wait or run at one time", 16, reloads=True
    )
    api_anonymous_requests_per_minute: int = option(
        "int",
        "requests a minute of one address without a name (of IPv6, one network of 64 bits); this "
        "machine itself has no quotas",
        120,
        reloads=True,
    )
    api_anonymous_bytes_per_hour: int = option(
        "int", "bytes of requests' bodies an hour of such an address", 1 << 30, reloads=True
    )
    api_anonymous_cycles_per_hour: int = option(
        "int", "cycles executed in an hour for such an address", 100_000_000_000, reloads=True
    )
    api_anonymous_cycles_per_day: int = option(
        "int", "cycles executed in a day for such an address", 500_000_000_000, reloads=True
    )
    api_anonymous_jobs: int = option(
        "int", "jobs of such an address that wait or run at one time", 4, reloads=True
    )
