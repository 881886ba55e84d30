"""Who may ask, put together from what the daemon told: rules, clients, quotas, TLS."""

import datetime
import ssl
import time
from dataclasses import dataclass
from pathlib import Path

from attestor.access.known_clients import KnownClients
from attestor.access.usage import Usage
from attestor.api.settings import AccessSettings
from attestor.core.quotas import NAMES, Quotas
from attestor.http import tls_files
from attestor.http.access import Access, AccessRules
from attestor.http.access_log import AccessLog
from attestor.http.allow_list import AllowList
from attestor.http.clients import Asking
from attestor.http.tls_files import TlsFiles


@dataclass(frozen=True)
class AccessParts:
    """What an application and its listener need. `tls` is None for plain HTTP."""

    access: Access
    log: AccessLog
    rules: AccessRules
    files: TlsFiles | None
    tls: ssl.SSLContext | None

    def use_quotas(self, named: dict[str, int], unnamed: dict[str, int]) -> None:
        """Go by other quotas from the next request on."""
        self.access.use_quotas(_quotas(named), _quotas(unnamed))


def build_access(settings: AccessSettings, asking: Asking) -> AccessParts:
    """All of them. Raises each `Misconfigured` error of a file or a network."""
    rules = _rules(settings)
    clients = Path(settings.clients_file) if settings.clients_file else None
    known = KnownClients(clients, time.monotonic)
    access = Access(rules, known, Usage(time.monotonic), asking)
    files = _files(settings)
    today = datetime.datetime.now(datetime.UTC)
    tls = None if files is None else tls_files.server_context(files, today)
    return AccessParts(access, AccessLog(settings.access_log), rules, files, tls)


def _rules(settings: AccessSettings) -> AccessRules:
    return AccessRules(
        AllowList.parse(settings.allow, "api.allow"),
        AllowList.parse(settings.trusted_proxies, "api.trusted_proxies"),
        settings.anonymous_here,
        settings.anonymous_elsewhere,
        _quotas(settings.named),
        _quotas(settings.unnamed),
    )


def _quotas(numbers: dict[str, int]) -> Quotas:
    return Quotas.of_numbers({name: numbers.get(name, 0) for name in NAMES})


def _files(settings: AccessSettings) -> TlsFiles | None:
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    authorities = Path(settings.client_ca) if settings.client_ca else None
    certificate, key = Path(settings.tls_certificate), Path(settings.tls_key)
    return TlsFiles(certificate, key, authorities, settings.client_required)
