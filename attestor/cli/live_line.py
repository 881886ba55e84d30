"""The last line of a terminal, drawn anew while something lasts."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from attestor.cli import terminal

WIDTH = 20
PAUSE_SECONDS = 0.2
_CLEAR = "\r\x1b[K"


class LiveLine:
    """Its text follows from the seconds since it was made. Thread-safe; where the stream is no
    terminal, nothing is drawn."""

    def __init__(self, stream: TextIO, text: Callable[[float], str]) -> None:
        self._stream = stream
        self._text = text
        self._begun = time.monotonic()
        self._lock = threading.Lock()
        self._is_live = stream.isatty() and terminal.can_redraw()

    def above(self, write: Callable[[], object]) -> None:
        """Let `write` print lines that stay."""
        with self._lock:
            self._replace("")
            write()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Draw it while this lasts, and leave no trace of it."""
        if not self._is_live:
            yield
            return
        stop = threading.Event()

        def draw() -> None:
            while not stop.wait(PAUSE_SECONDS):
                with self._lock:
                    self._replace(self._text(time.monotonic() - self._begun))

        thread = threading.Thread(target=draw, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
            self._replace("")

    def _replace(self, text: str) -> None:
        if self._is_live:
            # One that is wrapped would leave its first part behind.
            width = shutil.get_terminal_size().columns - 1
            self._stream.write(_CLEAR + text[: max(1, width)])
            self._stream.flush()


def bar(done: int, total: int) -> str:
    """How much of it is done, as a drawing."""
    filled = min(WIDTH, WIDTH * done // total)
    return f"[{'#' * filled}{'-' * (WIDTH - filled)}]"
