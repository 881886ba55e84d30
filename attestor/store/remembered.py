"""What was read of finished jobs, in memory until it changes: the same job is asked for again."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from attestor.store.database import Store

Value = TypeVar("Value")
MAX_BYTES = 32 << 20
OVERHEAD_BYTES = 2048
"""Of one value, beside what `size_of` says."""


class Remembered(Generic[Value]):
    """By job. Whoever changes what is kept of a job says so to the store (`Store.touch`). Safe to
    use from several threads."""

    def __init__(
        self,
        store: Store,
        size_of: Callable[[Value], int] = lambda value: 0,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._store = store
        self._size_of = size_of
        self._max_bytes = max_bytes
        self._bytes = 0
        self._values: OrderedDict[str, Value] = OrderedDict()
        self._reading: dict[str, object] = {}
        self._lock = threading.Lock()
        store.on_touched.append(self._forget)

    def recall(self, job: str) -> Value | None:
        """What is known without a look at the disk."""
        with self._lock:
            if job in self._values:
                self._values.move_to_end(job)
            return self._values.get(job)

    def read(self, job: str, read: Callable[[], Value | None]) -> Value | None:
        """What is known, or else what `read` gives, which is remembered unless the job changed
        meanwhile, or may change, as this is inside of a transaction."""
        if self._store.is_writing:
            return read()
        known = self.recall(job)
        if known is not None:
            return known
        token = object()
        with self._lock:
            self._reading[job] = token
        value = None
        try:
            value = read()
        finally:
            with self._lock:
                if self._reading.get(job) is token:
                    del self._reading[job]
                    if value is not None:
                        self._keep(job, value)
        return value

    def _keep(self, job: str, value: Value) -> None:
        self._drop(job)
        self._values[job] = value
        self._bytes += self._size(value)
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._values)))

    def _forget(self, job: str) -> None:
        with self._lock:
            self._reading.pop(job, None)
            self._drop(job)

    def _drop(self, job: str) -> None:
        value = self._values.pop(job, None)
        if value is not None:
            self._bytes -= self._size(value)

    def _size(self, value: Value) -> int:
        return OVERHEAD_BYTES + self._size_of(value)
