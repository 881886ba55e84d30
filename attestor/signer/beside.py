"""A cross-check on SP1's JIT that runs beside our own engine, which still runs the job.

What ours finds decides whether it counts: until then it costs no more time than ours takes.
"""

import threading
from collections.abc import Callable
from types import TracebackType

from attestor.core.execution import Execution
from attestor.errors import AttestorError, ExecutionStopped
from attestor.executor.stop import Stop

HEAD_START_SECONDS = 0.03
"""A job that ours ends before needs no more than a short run of SP1's engine."""

Answer = Execution | AttestorError
Start = Callable[[Stop], Answer]


class Beside:
    """As a context manager: started with the job, and over when the job is."""

    def __init__(self, start: Start | None, head_start: float = HEAD_START_SECONDS) -> None:
        """`start` runs the cross-check; None: there is none beside this job."""
        self._start = start
        self._head_start = head_start
        self._stop = Stop()
        self._over = threading.Event()
        self._answer: Answer | None = None
        self._thread = threading.Thread(target=self._work, name="beside", daemon=True)

    def __enter__(self) -> "Beside":
        if self._start is not None:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._stop.set()
        if self._start is not None:
            self._thread.join()
        self._stop.close()

    def take(self) -> Answer | None:
        """Wait for the answer; None where it has not been started, or not been let run."""
        self._over.set()
        if self._start is None:
            return None
        self._thread.join()
        return None if isinstance(self._answer, ExecutionStopped) else self._answer

    def _work(self) -> None:
        if self._start is None or self._over.wait(self._head_start):
            return
        try:
            self._answer = self._start(self._stop)
        except Exception:
            # As if it had not been started: then it is made again, and fails where that is seen.
            self._answer = None
