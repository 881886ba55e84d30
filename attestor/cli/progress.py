"""A line on a terminal that says what goes on, and for how long."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from attestor.cli.live_line import LiveLine, bar
from attestor.client import Stage

WORDS = {
    Stage.SENDING: "sending the program",
    Stage.PROVING: "the service runs the program",
    Stage.FETCHING: "fetching the proof",
    Stage.VERIFYING: "verifying",
}
STEPS = len(WORDS) + 1


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
        return f"{bar(self._done, STEPS)} {self.stage} {seconds:.0f} s"


@contextmanager
def shown(stream: TextIO) -> Iterator[Progress]:
    """Progress on a terminal while it lasts, and no trace of it afterwards; elsewhere nothing."""
    progress = Progress()
    with LiveLine(stream, progress.line).shown():
        yield progress
