"""What options name has the form that everything else relies on: files that can be read again and
again, and addresses to listen on. An option that has not is left out of all further checks."""

import ipaddress
import stat
from collections.abc import Iterator
from pathlib import Path

from attestor.config import Config
from attestor.regular_file import KINDS

HOSTS = {"api_host": "api.port", "health_host": "health.port"}


def faults(config: Config) -> Iterator[tuple[str, str]]:
    """Options that have the wrong form, each with what is wrong and what to write."""
    for option, path in _files(config):
        kind = _kind(path)
        if kind:
            yield option, f"{path} is {kind}; name a file"
    for option, port in HOSTS.items():
        told = _fault_of_host(getattr(config, option))
        if told:
            yield option, f"{told}; write an address or a name alone: the port is {port}"


def _files(config: Config) -> Iterator[tuple[str, Path]]:
    for option, value in vars(config).items():
        if isinstance(value, Path):
            yield option, value
    if config.quote_collateral and "://" not in config.quote_collateral:
        yield "quote_collateral", Path(config.quote_collateral)


def _kind(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        return "" if stat.S_ISDIR(mode) else KINDS.get(stat.S_IFMT(mode), "")
    except (OSError, ValueError):  # Whether it has to be there is another check's to tell.
        return ""


def _fault_of_host(host: str) -> str:
    if "://" in host:
        return f"{host!r:.80} is a URL"
    if any(char.isspace() or char in "/[]" for char in host):
        return f"{host!r:.80} is neither an address nor a name"
    if ":" in host:
        try:
            ipaddress.IPv6Address(host.partition("%")[0])
        except ValueError:
            return f"{host!r:.80} has a port in it"
    return ""
