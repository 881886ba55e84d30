"""Params of calls, by position or by name, as jsonrpsee's servers take both."""

import re
from dataclasses import dataclass

from attestor.avs.failures import invalid_params
from attestor.core.scroll.blob import BLOB_BYTES
from attestor.core.scroll.evidence import Evidence
from attestor.core.text import from_hex, shown
from attestor.http.jsonrpc_server import Params as RawParams

MAX_U64 = (1 << 64) - 1
MAX_BLOBS = 16
"""Each costs a commitment."""
NOTHING_KNOWN = Evidence()
_HEX = re.compile(r"0x[0-9a-fA-F]*")
"""Without a group: each repetition of one costs memory, and bodies have 50 MB."""
_UNIT = object()


class Params:
    """The params that a method names, in its order. All that reads raises `CallFailed` with
    "Invalid params". More than are named are not looked at."""

    def __init__(self, raw: RawParams, *names: str) -> None:
        self._values: dict[str, object] = {}
        if isinstance(raw, dict):
            self._values = {name: raw[name] for name in names if name in raw}
        elif isinstance(raw, list):
            self._values = dict(zip(names, raw, strict=False))
        elif raw is not None:
            raise invalid_params("params are neither a list nor an object")

    def value(self, name: str) -> object:
        """The param as it is."""
        found = self._values.get(name, _UNIT)
        if found is _UNIT:
            raise invalid_params(f"{name} is missing")
        return found

    def get(self, name: str) -> object:
        """The param as it is; None when it is not there."""
        return self._values.get(name)

    def number(self, name: str) -> int:
        """A JSON number of 64 bits."""
        return number_of(self.value(name), name)

    def optional_number(self, name: str) -> int | None:
        """The same, or None where it is absent or null."""
        found = self.get(name)
        return None if found is None else number_of(found, name)

    def data(self, name: str, size: int | None = None) -> bytes:
        """0x text, of so many bytes."""
        return bytes_of(self.value(name), name, size)


@dataclass(frozen=True)
class ProveTask:
    """The param of `prover_proveTask`: `batch` is the commit's calldata without its selector. State
    roots and `from` are read over: nothing may rest on what a caller says of them. `evidence` is
    our own extension, for codecs whose calldata does not say enough."""

    batch: bytes | None
    context_hash: bytes
    task_type: int
    evidence: Evidence = NOTHING_KNOWN

    @classmethod
    def of(cls, value: object) -> "ProveTask":
        """From JSON. Raises `CallFailed` with "Invalid params"."""
        if not isinstance(value, dict):
            raise invalid_params("the task is not an object")
        for name in ("start", "end"):
            if value.get(name) is not None:
                number_of(value[name], name)
        for name in ("starting_state_root", "final_state_root"):
            if value.get(name) is not None:
                bytes_of(value[name], name, 32)
        batch, kind = value.get("batch"), value.get("task_type")
        return cls(
            batch=None if batch is None else bytes_of(batch, "batch"),
            context_hash=bytes_of(value.get("pob_hash"), "pob_hash", 32),
            task_type=1 if kind is None else number_of(kind, "task_type"),
            evidence=evidence_of(value),
        )


def evidence_of(value: object) -> Evidence:
    """What a caller knows of the batch's L1 transaction: `blobs`, `versioned_hashes` (all of the
    transaction, in its order), `batch_index` and `batch_hash`, all optional. Raises `CallFailed`
    with "Invalid params"."""
    if value is None:
        return NOTHING_KNOWN
    if not isinstance(value, dict):
        raise invalid_params("what is known of the batch is not an object")
    index, batch_hash = value.get("batch_index"), value.get("batch_hash")
    return Evidence(
        blobs=_many(value, "blobs", BLOB_BYTES),
        versioned_hashes=_many(value, "versioned_hashes", 32),
        index=None if index is None else number_of(index, "batch_index"),
        batch_hash=None if batch_hash is None else bytes_of(batch_hash, "batch_hash", 32),
    )


def _many(value: dict[str, object], name: str, size: int) -> tuple[bytes, ...]:
    found = value.get(name)
    if found is None:
        return ()
    if not isinstance(found, list) or len(found) > MAX_BLOBS:
        raise invalid_params(f"{name} is no list of {MAX_BLOBS} items at most")
    return tuple(bytes_of(item, f"{name}[{place}]", size) for place, item in enumerate(found))


def number_of(value: object, name: str) -> int:
    """A JSON number of 64 bits."""
    if type(value) is not int or not 0 <= value <= MAX_U64:
        raise invalid_params(f"{name} is {shown(value, 40)}, not a number of 64 bits")
    return value


def bytes_of(value: object, name: str, size: int | None = None) -> bytes:
    """0x text, of so many bytes."""
    if not isinstance(value, str) or len(value) % 2 or not _HEX.fullmatch(value):
        raise invalid_params(f"{name} is {shown(value, 40)}, not 0x text")
    found = from_hex(value)
    if size is not None and len(found) != size:
        raise invalid_params(f"{name} has {len(found)} bytes, not {size}")
    return found
