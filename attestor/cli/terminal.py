"""What commands print to: descriptors that are there, characters that it has, and no colours or
movements that it does not show."""

import os
import sys


def prepare() -> None:
    """Give this process the three standard streams, whatever it was started with.

    Without one, the next file that is opened would have its number, and what is printed would be
    written into that file.
    """
    while (opened := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(opened, True)
    os.close(opened)
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A name of a file may have bytes that are no text.
            stream.reconfigure(errors="backslashreplace")


def has_colours() -> bool:
    """Unless the user wants none (https://no-color.org), or the terminal has none."""
    return not os.environ.get("NO_COLOR") and can_redraw()


def can_redraw() -> bool:
    """Whether a terminal can clear its lines and draw them anew."""
    return os.environ.get("TERM") != "dumb"


def set_up_log(level: str, form: str = "human") -> None:
    """As `observe.logs.set_up`, in the terminal's colours."""
    from attestor.observe import logs

    if not has_colours():
        logs.without_colours()
    logs.set_up(level, form)


def discard(stream: object) -> None:
    """What a stream could not write is for nobody: Python would try again at its end."""
    if hasattr(stream, "fileno"):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
