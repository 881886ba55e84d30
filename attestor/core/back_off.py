"""How long a step that failed is left alone. Pure; times are of a clock that only goes forward."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MAX_DOUBLINGS = 16


class Step(StrEnum):
    """Kinds of steps, each with a back-off of its own: a failure of one says nothing of the others.
    Looking at the chain has none: it is done again at the next tick."""

    QUOTE = "quote"
    """A key, its quote, and the gate's verdict."""
    SEND = "send"
    """Simulating, pricing and sending a registration."""
    REVERT = "revert"
    """Registrations that were mined and reverted: their gas was paid."""


@dataclass(frozen=True)
class Delay:
    """Seconds after the first failure, doubled with each further one up to the longest."""

    first: float
    longest: float

    def after(self, failures: int) -> float:
        """After so many failures in a row."""
        doubled = float(2 ** min(failures - 1, MAX_DOUBLINGS))
        return min(self.first * doubled, self.longest)


DELAYS: Mapping[Step, Delay] = {
    Step.QUOTE: Delay(1.0, 60.0),
    Step.SEND: Delay(1.0, 60.0),
    Step.REVERT: Delay(12.0, 3600.0),
}


@dataclass(frozen=True)
class Failing:
    """Failures in a row of one kind of step, the last one's code, and when to try again."""

    count: int
    code: str
    retry_at: float


@dataclass(frozen=True)
class BackOff:
    """The steps that fail at present."""

    failing: Mapping[Step, Failing] = field(default_factory=dict)

    def is_waiting(self, step: Step, now: float) -> bool:
        """Whether the step is left alone at that time."""
        known = self.failing.get(step)
        return known is not None and now < known.retry_at

    def failed(self, step: Step, code: str, now: float, longest: float) -> "BackOff":
        """After another failure. No more than `longest` is waited, where one block more or less
        decides: unless the failure cost gas."""
        known = self.failing.get(step)
        count = known.count + 1 if known is not None else 1
        delay = DELAYS[step].after(count)
        if step is not Step.REVERT:
            delay = min(delay, max(DELAYS[step].first, longest))
        return BackOff({**self.failing, step: Failing(count, code, now + delay)})

    def succeeded(self, step: Step) -> "BackOff":
        """After the step was done: it starts anew with its next failure."""
        if step not in self.failing:
            return self
        return BackOff({kind: known for kind, known in self.failing.items() if kind is not step})
