"""Duties: what the daemon does again and again, each in a thread of its own.

A thread waits for its next step by the monotonic clock, which nobody can set. A step that hangs
holds up its own duty and no other; what it was and since when is in the duty's record.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from loguru import logger

from attestor.core.duty import DutyRecord
from attestor.core.events import Event
from attestor.daemon.clocks import Clocks
from attestor.errors import AttestorError, Fatal
from attestor.observe import logs
from attestor.observe.repeated import Repeated


class Duty(Protocol):
    """A piece of work that is never finished. `step` is called by one thread alone."""

    name: str
    interval: float
    """Seconds from the start of one step to the next, which never overlap."""
    deadline: float
    """Seconds that a step may take before the daemon is not healthy."""

    def step(self) -> None:
        """Do what is due. Every exception is recorded; a `Fatal` one ends the daemon at once."""

    def close(self) -> None:
        """Make a step that waits end soon, and later ones not begin. Called by another thread."""


class DutyThread:
    """One duty with its thread. `record` may be read by any thread at any time."""

    def __init__(
        self, duty: Duty, clocks: Clocks, on_fatal: Callable[[Fatal], None], chain: str = ""
    ) -> None:
        """`chain` is the name of the one that it works for, if there are several."""
        self.duty = duty
        self._chain = chain
        self._clocks = clocks
        self._on_fatal = on_fatal
        self._record = DutyRecord(duty.name, duty.deadline)
        self._repeated = Repeated(clocks.monotonic)
        self._due = threading.Event()
        self._stopping = threading.Event()
        # A daemon thread: one that hangs must not keep the process alive.
        self._thread = threading.Thread(target=self._run, name=f"duty-{duty.name}", daemon=True)

    @property
    def record(self) -> DutyRecord:
        """How the duty stands at this moment."""
        ended = self._thread.ident is not None and not self._thread.is_alive()
        return replace(self._record, alive=not ended or self._stopping.is_set())

    def start(self) -> None:
        """Make the first step now."""
        self._thread.start()

    def wake(self) -> None:
        """Make a step now, or after the one that is running. Never waits."""
        self._due.set()

    def ask_to_stop(self) -> None:
        """Begin no further step, and let one that waits end. Never waits, whatever `close` does."""
        self._stopping.set()
        self._due.set()
        threading.Thread(target=self._close, name=f"close-{self.duty.name}", daemon=True).start()

    def has_stopped(self, timeout: float) -> bool:
        """Wait that long for the last step; whether it ended."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _close(self) -> None:
        try:
            self.duty.close()
        except BaseException as error:
            logger.bind(event=Event.UNEXPECTED_ERROR).opt(exception=error).error(
                "duty {} cannot be closed", self.duty.name
            )

    def _run(self) -> None:
        now = self._clocks.monotonic
        next_step = now()
        with logs.about_chain(self._chain):
            while not self._stopping.is_set():
                self._due.wait(max(0.0, next_step - now()))
                self._due.clear()
                if not self._stopping.is_set():
                    # A step that took longer than its interval is followed by one, not by several.
                    next_step = now() + self.duty.interval
                    self._step()

    def _step(self) -> None:
        self._record = self._record.started(self._clocks.wall(), self._clocks.watch())
        try:
            self.duty.step()
        except BaseException as error:
            self._failed(error)
        else:
            self._record = self._record.succeeded(self._clocks.wall())
            if failures := self._repeated.passed(self.duty.name):
                logger.bind(event=Event.DUTY_WORKS).info(
                    "duty {} works again, after {} failures", self.duty.name, failures
                )

    def _failed(self, error: BaseException) -> None:
        self._record = self._record.failed(error)
        if self._stopping.is_set():
            # What it uses may be closed by now: that is no failure.
            logger.debug("duty {} ended with {!r}", self.duty.name, error)
        elif isinstance(error, Fatal):
            self._on_fatal(error)
        elif isinstance(error, AttestorError):
            if occurrence := self._repeated.failed(self.duty.name, error.code):
                again = f", {occurrence.times} times in a row" if occurrence.times > 1 else ""
                logger.bind(event=Event.DUTY_FAILED).warning(
                    "duty {} failed{}: {} [{}]", self.duty.name, again, error, error.code
                )
        else:
            told = "duty {} failed unexpectedly"
            logger.bind(event=Event.UNEXPECTED_ERROR).opt(exception=error).error(
                told, self.duty.name
            )


class Duties:
    """All duties of a daemon, started together and stopped in reverse order."""

    def __init__(
        self,
        duties: tuple[Duty, ...],
        on_fatal: Callable[[Fatal], None],
        clocks: Clocks,
        chain: str = "",
    ) -> None:
        self._clocks = clocks
        self._threads = [DutyThread(duty, self._clocks, on_fatal, chain) for duty in duties]

    def start(self) -> None:
        """Begin all of them."""
        for thread in self._threads:
            thread.start()

    def wake(self, name: str) -> None:
        """Make a step of that duty now, or after the one that is running. Never waits."""
        for thread in self._threads:
            if thread.duty.name == name:
                thread.wake()

    def stop(self, seconds: float) -> list[str]:
        """End them, the last one first, within that time; the names of those that hang.

        Those are left behind: their threads end with the process.
        """
        deadline = self._clocks.monotonic() + seconds
        for thread in reversed(self._threads):
            thread.ask_to_stop()
        hanging = []
        for thread in reversed(self._threads):
            left = max(0.0, deadline - self._clocks.monotonic())
            if not thread.has_stopped(left):
                hanging.append(thread.duty.name)
        return hanging

    def records(self) -> list[DutyRecord]:
        """How each of them stands."""
        return [thread.record for thread in self._threads]
