"""Who may ask, as the configuration says it: judged before the daemon starts anything."""

from pathlib import Path
from typing import Any

from attestor.api.access import build_access
from attestor.api.settings import AccessSettings
from attestor.config import Config
from attestor.core.quotas import NAMES
from attestor.errors import ConfigurationInvalid
from attestor.http.addresses import is_loopback
from attestor.http.clients import Asking


def access_settings(config: Config) -> AccessSettings:
    """What the API process is told. Every file is read once here, so that a wrong one is an error
    at the start. Raises `ConfigurationInvalid`, `TlsFileInvalid`, `ClientsFileInvalid`."""
    require_pairs(config)
    require_decision(config)
    anonymous = _anonymous(config)
    settings = AccessSettings(
        tls_certificate=_text(config.api_tls_certificate_file),
        tls_key=_text(config.api_tls_key_file),
        client_ca=_text(config.api_client_ca_file),
        # Who may come without one has to get as far as the request.
        client_required=config.api_clients_file is None and anonymous == "nobody",
        clients_file=_text(config.api_clients_file),
        allow=config.api_allow,
        trusted_proxies=config.api_trusted_proxies,
        anonymous_here=anonymous != "nobody",
        anonymous_elsewhere=anonymous == "everybody",
        access_log=config.api_access_log,
        named=quotas_of(config)[0],
        unnamed=quotas_of(config)[1],
    )
    build_access(settings, Asking())
    return settings


def warn_of(config: Config) -> list[str]:
    """What is allowed, and seldom meant."""
    found = []
    is_local = is_loopback(config.api_host) or config.api_host == "localhost"
    if not is_local and config.api_tls_certificate_file is None:
        found.append(
            f"clients reach {config.api_host or 'every address'} without TLS: keys and results "
            "travel in the clear; set api.tls_certificate_file, unless a proxy in front has it"
        )
    if not is_loopback(config.health_host) and config.health_host != "localhost":
        found.append(
            f"status, metrics and reasons are shown to everybody who reaches health.host "
            f"{config.health_host or '(every address)'}, port {config.health_port}"
        )
    if config.api_anonymous == "everybody" and not config.api_allow and not is_local:
        found.append("everybody who reaches the service is served (api.anonymous, api.allow)")
    return found


def require_pairs(config: Config) -> None:
    """Raise `ConfigurationInvalid` for TLS options that need others."""
    if (config.api_tls_certificate_file is None) != (config.api_tls_key_file is None):
        missing = "tls_key_file" if config.api_tls_key_file is None else "tls_certificate_file"
        raise ConfigurationInvalid(
            f"api.{missing} is missing",
            hint="give api.tls_certificate_file and api.tls_key_file, or neither",
        )
    if config.api_client_ca_file is not None and config.api_tls_certificate_file is None:
        raise ConfigurationInvalid(
            "api.client_ca_file needs TLS: certificates are shown in its handshake",
            hint="set api.tls_certificate_file and api.tls_key_file too",
        )


def require_decision(config: Config) -> None:
    """Who listens to others has to say which of them are served."""
    if config.api_anonymous == "nobody" and not _has_names(config):
        raise ConfigurationInvalid(
            "api.anonymous is nobody, and nobody can have a name: no one could ask",
            hint="set api.clients_file or api.client_ca_file too",
        )
    if _has_names(config) or config.api_anonymous in ("everybody", "nobody"):
        return
    if is_loopback(config.api_host) or config.api_host == "localhost":
        return
    raise ConfigurationInvalid(
        f"api.host is {config.api_host or 'every address'}, from where others can ask, and nothing "
        "says who may",
        hint="set api.clients_file (API keys) or api.client_ca_file (client certificates); or "
        'api.anonymous = "everybody", best with api.allow; or api.host = "127.0.0.1"',
    )


def _anonymous(config: Config) -> str:
    if config.api_anonymous != "auto":
        return config.api_anonymous
    return "nobody" if _has_names(config) else "loopback"


def _has_names(config: Config) -> bool:
    return config.api_clients_file is not None or config.api_client_ca_file is not None


def quotas_of(config: Config) -> tuple[dict[str, int], dict[str, int]]:
    """Of clients with a name, and of those without."""
    return _numbers(config, "api_client_"), _numbers(config, "api_anonymous_")


def _numbers(config: Config, prefix: str) -> dict[str, int]:
    values: dict[str, Any] = vars(config)
    return {name: values[prefix + name] for name in NAMES}


def _text(path: Path | None) -> str | None:
    """Links stay as they are: a renewed certificate may be a link that leads elsewhere."""
    return None if path is None else str(path.absolute())
