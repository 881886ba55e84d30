"""The outcome of a run, with the mark by which the signer process knows its own again.

    mac = HMAC-SHA256(key, "attestor sp1 outcome v1\\n" ‖ canonical JSON of the fields)

The key never leaves the signer process and ends with it: who had it could have anything signed.
What carries a valid mark was run, judged and found signable by that process; another signature of
it needs no other run.
"""

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Any

from attestor.core.cross_check import Timing
from attestor.core.execution import Engine, ExecutorBuild
from attestor.core.journal import canonical
from attestor.core.text import from_hex, to_hex

_DOMAIN = b"attestor sp1 outcome v1\n"


@dataclass(frozen=True)
class Outcome:
    """What a run that was signed came to: `words` is the verifying key, as 8 words."""

    words: tuple[int, ...]
    stdin_sha256: str
    public_values: bytes
    cycles: int
    engine: Engine
    cross_check: Timing
    executor: ExecutorBuild | None
    mac: bytes = b""

    def marked(self, key: bytes | memoryview) -> "Outcome":
        """The outcome with its mark under `key` (32 bytes)."""
        return replace(self, mac=self._mark(key))

    def is_marked_by(self, key: bytes | memoryview) -> bool:
        """Whether it carries the mark under `key`."""
        return hmac.compare_digest(self.mac, self._mark(key))

    def to_header(self) -> dict[str, Any]:
        """All but the public values, for a frame's header."""
        return {**self._fields(), "mac": to_hex(self.mac)}

    @classmethod
    def from_header(cls, header: dict[str, Any], public_values: bytes) -> "Outcome":
        """The outcome in a frame. Raises `LookupError`, `TypeError` and `ValueError`."""
        executor = header["executor"]
        return cls(
            words=tuple(int(word) for word in header["words"]),
            stdin_sha256=str(header["stdin_sha256"]),
            public_values=public_values,
            cycles=int(header["cycles"]),
            engine=Engine(header["engine"]),
            cross_check=Timing(header["cross_check"]),
            executor=ExecutorBuild(executor) if executor is not None else None,
            mac=from_hex(header["mac"]),
        )

    def _fields(self) -> dict[str, Any]:
        return {
            "words": list(self.words),
            "stdin_sha256": self.stdin_sha256,
            "cycles": self.cycles,
            "engine": self.engine,
            "cross_check": self.cross_check,
            "executor": self.executor,
        }

    def _mark(self, key: bytes | memoryview) -> bytes:
        values = hashlib.sha256(self.public_values).hexdigest()
        marked = canonical({**self._fields(), "public_values_sha256": values})
        return hmac.digest(key, _DOMAIN + marked, "sha256")
