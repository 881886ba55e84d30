"""What became of jobs, counted where they are run."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from attestor.core.job_figures import PROVEN, JobFigures
from attestor.errors import AttestorError
from attestor.jobs.failing import KILLS


class Counting:
    """Lives in one event loop; `figures` may be read by any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.figures = JobFigures()

    @contextmanager
    def run(self) -> Iterator[None]:
        """One run of a job, with what it raises."""
        began = self._clock()
        try:
            yield
        except KILLS as error:
            self.figures = self.figures.killed(error.code)
            raise
        finally:
            self.figures = self.figures.ran(self._clock() - began)

    def ended(self, error: AttestorError | None = None) -> None:
        """A job ended: proven, or by that error."""
        self.figures = self.figures.ended(PROVEN if error is None else error.code)
