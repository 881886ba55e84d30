"""Where a daemon answers and where its databases are, by the configuration that it has itself."""

import os
from dataclasses import dataclass
from pathlib import Path

from attestor import config
from attestor.config import Config
from attestor.errors import ConfigurationInvalid

ALL_ADDRESSES = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104
"""What a service that listens everywhere is asked at."""


@dataclass(frozen=True)
class Places:
    """The daemon's address, and the database of each chain by its name."""

    url: str
    databases: tuple[tuple[str, Path], ...]


def found(file: Path | None, url: str | None) -> Places:
    """By the file and the environment; without a file, by the environment and the defaults. Raises
    `ConfigurationInvalid`."""
    if file is None:
        return _of_environment(url)
    chains = config.load_chains(file, os.environ, {}, needs_payer=False)
    databases = tuple((one.name, one.config.store_path) for one in chains.each)
    shared = chains.shared
    return Places(url or _address(shared.health_host, shared.health_port), databases)


def _of_environment(url: str | None) -> Places:
    """The options that are needed here alone: another one that is missing is no reason to say
    nothing."""
    try:
        chains = config.load_chains(None, os.environ, {}, needs_payer=False)
    except ConfigurationInvalid:
        given = {
            name: os.environ.get(f"ATTESTOR_{name.upper()}", str(getattr(Config, name)))
            for name in ("health_host", "health_port", "store_path")
        }
        if not given["health_port"].isdecimal():
            told = f"ATTESTOR_HEALTH_PORT {given['health_port']!r:.40} is not a number"
            raise ConfigurationInvalid(told) from None
        databases = (("", Path(given["store_path"]).expanduser()),)
        address = url or _address(given["health_host"], int(given["health_port"]))
        return Places(address, databases)
    databases = tuple((one.name, one.config.store_path) for one in chains.each)
    shared = chains.shared
    return Places(url or _address(shared.health_host, shared.health_port), databases)


def _address(host: str, port: int) -> str:
    if port == 0:
        raise ConfigurationInvalid(
            "health.port is 0, so the daemon has a port that only its log names",
            hint="name it: --url http://127.0.0.1:PORT, or give health.port a number",
        )
    if ":" in host and host not in ALL_ADDRESSES:
        host = f"[{host}]"
    return f"http://{ALL_ADDRESSES.get(host, host)}:{port}"
