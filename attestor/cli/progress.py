"""A line on a terminal that says what goes on, and for how long."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from attestor.client import Stage

WORDS = {
    Stage.PROVING: "the service runs the program",
    Stage.FETCHING: "fetching the proof",
    Stage.VERIFYING: "verifying",
}
STEPS = len(WORDS) + 1
WIDTH = 20
PAUSE_SECONDS = 0.2


class Progress:
    """What is done now. It is told from whatever thread, and shown from one."""

    def __init__(self) -> None:
        self.stage = "computing the key"
        self._done = 0

    def tell(self, stage: Stage) -> None:
        """The next stage has begun."""
        self.stage = WORDS[stage]
        self._done = 1 + list(WORDS).index(stage)

    def line(self, seconds: float) -> str:
        """The bar, the stage, and the seconds until now."""
        filled = WIDTH * self._done // STEPS
        return f"[{'#' * filled}{'-' * (WIDTH - filled)}] {self.stage} {seconds:.0f} s"


@contextmanager
def shown(stream: TextIO) -> Iterator[Progress]:
    """Progress on a terminal while it lasts, and no trace of it afterwards; elsewhere nothing."""
    progress, stop = Progress(), threading.Event()
    if not stream.isatty():
        yield progress
        return
    begun = time.monotonic()

    def show() -> None:
        while not stop.wait(PAUSE_SECONDS):
            stream.write(f"\r\x1b[K{progress.line(time.monotonic() - begun)}")
            stream.flush()

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield progress
    finally:
        stop.set()
        thread.join()
        stream.write("\r\x1b[K")
        stream.flush()
