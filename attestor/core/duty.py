"""How a duty of the daemon stands, and when that is no longer well.

Times of the wall clock are Unix seconds, for people and metrics. Whether a step hangs is judged by
the monotonic clock, which nobody can set.
"""

from dataclasses import dataclass, replace

from attestor.errors import AttestorError, DutyFailing, DutyHanging, Transient


@dataclass(frozen=True)
class DutyBounds:
    """When a duty that does not recover ends the daemon."""

    failures: int = 10
    """Steps in a row that failed for a reason that does not pass by itself."""
    hang_factor: float = 4.0
    """Deadlines of the duty that one step may take."""


@dataclass(frozen=True)
class DutyRecord:
    """A duty's steps until now. `deadline` is in seconds: what one step may take at most."""

    name: str
    deadline: float
    last_start: float | None = None
    last_success: float | None = None
    last_error: str | None = None
    """The code of an error of ours, or the class of another exception."""
    failures: int = 0
    consecutive_failures: int = 0
    consecutive_unexpected: int = 0
    """Those among them that do not pass by themselves."""
    running_since: float | None = None
    """By the monotonic clock; None between two steps."""
    alive: bool = True
    """False once its thread ended unasked."""

    def started(self, now: float, monotonic: float) -> "DutyRecord":
        """A step begins."""
        return replace(self, last_start=now, running_since=monotonic)

    def succeeded(self, now: float) -> "DutyRecord":
        """The step did what it had to."""
        return replace(
            self,
            last_success=now,
            consecutive_failures=0,
            consecutive_unexpected=0,
            running_since=None,
        )

    def failed(self, error: BaseException) -> "DutyRecord":
        """The step raised `error`."""
        code = error.code if isinstance(error, AttestorError) else type(error).__name__
        passing = isinstance(error, Transient)
        return replace(
            self,
            last_error=code,
            failures=self.failures + 1,
            consecutive_failures=self.consecutive_failures + 1,
            consecutive_unexpected=self.consecutive_unexpected + (not passing),
            running_since=None,
        )

    def running_seconds(self, monotonic: float) -> float:
        """How long the present step takes; 0 between two steps."""
        return 0.0 if self.running_since is None else max(0.0, monotonic - self.running_since)


def fault(
    record: DutyRecord, monotonic: float, bounds: DutyBounds
) -> DutyFailing | DutyHanging | None:
    """What is wrong with the duty, for the health of the daemon; None while all is well.

    An unexpected failure counts at once, one that may pass by itself after `bounds.failures`.
    """
    if not record.alive:
        return _failing(record, "its thread ended")
    if record.running_seconds(monotonic) > record.deadline:
        return _hanging(record, monotonic)
    if record.consecutive_unexpected or record.consecutive_failures >= bounds.failures:
        times = record.consecutive_failures
        return _failing(record, f"failed {times} times in a row, last with {record.last_error}")
    return None


def is_past_hope(record: DutyRecord, monotonic: float, bounds: DutyBounds) -> bool:
    """Whether the daemon has to end: the duty does not recover by itself any more."""
    return (
        not record.alive
        or record.consecutive_unexpected >= bounds.failures
        or record.running_seconds(monotonic) > record.deadline * bounds.hang_factor
    )


def _failing(record: DutyRecord, what: str) -> DutyFailing:
    hint = "look for the duty's name in the log: an unexpected error has its trace there"
    return DutyFailing(f"duty {record.name}: {what}", hint=hint)


def _hanging(record: DutyRecord, monotonic: float) -> DutyHanging:
    return DutyHanging(
        f"duty {record.name}: its step has taken {record.running_seconds(monotonic):.0f} s, "
        f"more than {record.deadline:g} s",
        hint="look for what it waits for: an endpoint, the signer process, the disk",
    )
