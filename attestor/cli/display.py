"""Progress of something that is counted, below lines that stay."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import click

WIDTH = 20
PAUSE_SECONDS = 0.2
_CLEAR = "\r\x1b[K"


class Display:
    """A bar on a terminal; elsewhere only the lines that stay. Thread-safe."""

    def __init__(self, stream: TextIO, unit: str) -> None:
        self._stream = stream
        self._total = 0
        self._unit = unit
        self._done = 0
        self._begun = time.monotonic()
        self._lock = threading.Lock()
        self.is_live = stream.isatty()

    def say(self, text: str) -> None:
        """Print a line that stays, above the bar."""
        with self._lock:
            if self.is_live:
                self._stream.write(_CLEAR)
                self._stream.flush()
            click.echo(text)

    def expect(self, count: int) -> None:
        """So many more are to be done."""
        self._total += count

    def advance(self, count: int = 1) -> None:
        """So many more are done."""
        self._done += count

    def line(self, seconds: float) -> str:
        """The bar, how many are done, and the seconds until now."""
        if not self._total:
            return f"{self._done} {self._unit} {seconds:.0f} s"
        filled = min(WIDTH, WIDTH * self._done // self._total)
        bar = "#" * filled + "-" * (WIDTH - filled)
        return f"[{bar}] {self._done} of {self._total} {self._unit} {seconds:.0f} s"

    def draw(self) -> None:
        """Show the bar as it is now."""
        with self._lock:
            self._stream.write(_CLEAR + self.line(time.monotonic() - self._begun))
            self._stream.flush()

    def clear(self) -> None:
        """Leave no trace of the bar."""
        with self._lock:
            self._stream.write(_CLEAR)
            self._stream.flush()


@contextmanager
def shown(stream: TextIO, unit: str) -> Iterator[Display]:
    """A display that is redrawn while it lasts."""
    display, stop = Display(stream, unit), threading.Event()
    if not display.is_live:
        yield display
        return

    def draw() -> None:
        while not stop.wait(PAUSE_SECONDS):
            display.draw()

    thread = threading.Thread(target=draw, daemon=True)
    thread.start()
    try:
        yield display
    finally:
        stop.set()
        thread.join()
        display.clear()
