"""Progress of something that is counted, below lines that stay."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import click

from attestor.cli.live_line import LiveLine, bar


class Display:
    """A bar on a terminal; elsewhere only the lines that stay. Thread-safe."""

    def __init__(self, stream: TextIO, unit: str) -> None:
        self._total = 0
        self._unit = unit
        self._done = 0
        self.live = LiveLine(stream, self.line)

    def say(self, text: str) -> None:
        """Print a line that stays, above the bar."""
        self.live.above(lambda: click.echo(text))

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
        drawn = bar(self._done, self._total)
        return f"{drawn} {self._done} of {self._total} {self._unit} {seconds:.0f} s"


@contextmanager
def shown(stream: TextIO, unit: str) -> Iterator[Display]:
    """A display that is redrawn while it lasts."""
    display = Display(stream, unit)
    with display.live.shown():
        yield display
