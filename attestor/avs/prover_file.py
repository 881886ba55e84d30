"""prover.json, the file that operators of Automata's prover have: all its keys of versions 0.2 to
0.5 (crates/prover/src/types.rs). Those that are unknown are ignored, as they always were."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attestor import regular_file
from attestor.core import strict_json
from attestor.core.text import shown
from attestor.errors import ConfigurationInvalid, HttpFailed
from attestor.net import address

MAX_FILE_BYTES = 1 << 20
BODY_LIMIT = 52_428_800
MIN_BODY_LIMIT, MAX_BODY_LIMIT = 1 << 10, 1 << 30
L2_TIMEOUT_SECONDS = 60
MAX_SECONDS = 86_400
UNUSED = ("server.workers", "server.queue_size", "linea_endpoint", "linea_shomei")
"""Read so that a wrong value is told; nothing depends on them."""


@dataclass(frozen=True)
class ProverFile:
    """What the file says. None is what is absent or empty; `l2_timeout_seconds` is for each request
    to the L2 node, None for no limit; `body_limit` is in bytes."""

    l1_endpoint: str | None = None
    l2_endpoint: str | None = None
    chain_id: int | None = None
    tls_prefix: str | None = None
    body_limit: int = BODY_LIMIT
    l2_timeout_seconds: int | None = L2_TIMEOUT_SECONDS


def read(path: Path) -> ProverFile:
    """The file. Raises `ConfigurationInvalid`, which lists every problem."""
    try:
        text = regular_file.read(path, MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ConfigurationInvalid(
            f"{path} cannot be read: {error.strerror}",
            hint="give the path of prover.json with -c",
        ) from None
    if len(text) > MAX_FILE_BYTES:
        raise ConfigurationInvalid(f"{path} has more than {MAX_FILE_BYTES} bytes")
    return parse(text, str(path))


def parse(text: bytes, name: str) -> ProverFile:
    """The file's text. Raises `ConfigurationInvalid`."""
    try:
        value = strict_json.loads(text)
    except ValueError as error:
        raise ConfigurationInvalid(
            f"{name} is not JSON: {error}", hint=f"look at it: python3 -m json.tool {name}"
        ) from None
    faults: list[str] = []
    found = _Section(value, "", faults)
    server, scroll_chain = found.section("server"), found.section("scroll_chain")
    timeout = found.number("l2_timeout_secs", L2_TIMEOUT_SECONDS, 0, MAX_SECONDS)
    made = ProverFile(
        l1_endpoint=scroll_chain.url("endpoint"),
        l2_endpoint=found.url("scroll_endpoint"),
        chain_id=found.number("scroll_chain_id", None, 1, (1 << 64) - 1),
        tls_prefix=server.text("tls"),
        body_limit=server.number("body_limit", BODY_LIMIT, MIN_BODY_LIMIT, MAX_BODY_LIMIT)
        or BODY_LIMIT,
        l2_timeout_seconds=timeout or None,
    )
    for key in ("workers", "queue_size"):
        server.number(key, None, 0, (1 << 64) - 1)
    for key in ("linea_endpoint", "linea_shomei"):
        found.url(key)
    if faults:
        raise ConfigurationInvalid(
            f"{name}: {len(faults)} problem(s): " + "; ".join(faults),
            hint="docs/avs.md lists the keys of prover.json",
        )
    return made


class _Section:
    """An object of the file; what is wrong in it is noted."""

    def __init__(self, value: object, place: str, faults: list[str]) -> None:
        self._place = place
        self._faults = faults
        self._value: dict[str, Any] = {}
        if isinstance(value, dict):
            self._value = value
        elif not place or not _is_absent(value):
            self._fault(place or "the file", value, "an object")

    def section(self, key: str) -> "_Section":
        return _Section(self._value.get(key), self._name(key), self._faults)

    def text(self, key: str) -> str | None:
        found = self._value.get(key)
        if _is_absent(found):
            return None
        if isinstance(found, str):
            return found
        self._fault(self._name(key), found, "text")
        return None

    def url(self, key: str) -> str | None:
        found = self.text(key)
        if found is None:
            return None
        try:
            address.parse(found)
        except HttpFailed as error:
            # Which does not repeat it: parts of it may be secret.
            self._faults.append(f"{self._name(key)}: {error.message}")
        return found

    def number(self, key: str, default: int | None, low: int, high: int) -> int | None:
        found = self._value.get(key)
        if _is_absent(found):
            return default
        if type(found) is int and low <= found <= high:
            return found
        self._fault(self._name(key), found, f"a number from {low} to {high}")
        return default

    def _name(self, key: str) -> str:
        return f"{self._place}.{key}" if self._place else key

    def _fault(self, place: str, found: object, wanted: str) -> None:
        self._faults.append(f"{place} is {shown(found, 60)}, not {wanted}")


def _is_absent(value: object) -> bool:
    """The guide has operators empty a key that they do not use."""
    return value is None or value == ""
