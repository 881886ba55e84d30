"""The verifying keys of programs, each computed once."""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import replace

from attestor.core.execution import Limits, StopRequest
from attestor.core.verifying_key import VerifyingKey
from attestor.executor.native import NativeExecutor

MAX_KEPT = 256


class VerifyingKeys:
    """Keyed by the program's own hash and kept in this process: no disk is believed.

    Safe to use from several threads.
    """

    def __init__(self, executor: NativeExecutor, limits: Limits) -> None:
        self._executor = executor
        self._limits = limits
        self._kept: OrderedDict[bytes, VerifyingKey] = OrderedDict()
        self._lock = threading.Lock()

    def of(
        self, program: bytes, stop: StopRequest | None = None, sha256: bytes | None = None
    ) -> VerifyingKey:
        """The key of an ELF, whose hash is computed unless this process knows it already. Raises as
        `NativeExecutor.verifying_key`."""
        name = sha256 or hashlib.sha256(program).digest()
        with self._lock:
            known = self._kept.get(name)
            if known is not None:
                self._kept.move_to_end(name)
                return known
        computed = self._executor.verifying_key(program, replace(self._limits, stop=stop))
        with self._lock:
            self._kept[name] = computed
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return computed
