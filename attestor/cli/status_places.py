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
        # By these three alone: others that are missing or wrong are no reason to say nothing.
        host, path = _given("health_host"), Path(_given("store_path")).expanduser()
        port = _given("health_port")
        if not port.isdecimal():
            raise ConfigurationInvalid(f"ATTESTOR_HEALTH_PORT {port!r:.40} is no port")
        return Places(url or _address(host, int(port)), (("", path),))
    chains = config.load_chains(file, os.environ, {}, needs_payer=False)
    databases = tuple((one.name, one.config.store_path) for one in chains.each)
    shared = chains.shared
    return Places(url or _address(shared.health_host, shared.health_port), databases)


def _given(name: str) -> str:
    return os.environ.get(f"ATTESTOR_{name.upper()}", str(getattr(Config, name)))


def _address(host: str, port: int) -> str:
    if port == 0:
        raise ConfigurationInvalid(
            "health.port is 0, so the daemon has a port that only its log names",
            hint="name it: --url http://127.0.0.1:PORT, or give health.port a number",
        )
    if ":" in host and host not in ALL_ADDRESSES:
        host = f"[{host}]"
    return f"http://{ALL_ADDRESSES.get(host, host)}:{port}"
