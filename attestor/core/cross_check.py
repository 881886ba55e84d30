"""Trust in the engine: which runs SP1's portable engine repeats, and what its answer means.

Our engine decides what is signed; SP1's checks it. Runs up to the operator's cycle budget are
short, the others long, and for each of the two the operator chooses:

    always   cross-checked before it is signed; without agreement it is not signed
    sample   signed, and with the probability `sample_rate` cross-checked afterwards
    never    signed, and not cross-checked
"""

from dataclasses import dataclass, field
from enum import StrEnum

from attestor.core.execution import Engine, Execution
from attestor.errors import (
    AttestorError,
    ExecutionCycleLimit,
    ExecutionOutputLimit,
    GuestFault,
    ProgramInvalid,
)


class Mode(StrEnum):
    """What the operator chooses for short runs, and for long ones."""

    ALWAYS = "always"
    SAMPLE = "sample"
    NEVER = "never"


class Timing(StrEnum):
    """When a run is cross-checked. It is in the proof's record and never changes."""

    BEFORE = "before"
    AFTER = "after"
    NOT_CHECKED = "not_checked"
    NOT_NEEDED = "not_needed"
    """The run was SP1's portable engine's own."""


class Finding(StrEnum):
    """What a cross-check found, so far."""

    PENDING = "pending"
    AGREED = "agreed"
    INCONCLUSIVE = "inconclusive"
    """It was not finished, for a limit or a failure: not evidence against the result."""
    DISAGREED = "disagreed"


@dataclass(frozen=True)
class CrossCheckPolicy:
    """The operator's choice. A run of exactly `budget_cycles` is still a short one;
    `sample_rate` is a probability from 0 to 1."""

    within_budget: Mode = Mode.ALWAYS
    beyond_budget: Mode = Mode.SAMPLE
    budget_cycles: int = 500_000_000
    sample_rate: float = 0.05

    def timing(self, engine: Engine, cycles: int, draw: float) -> Timing:
        """When a run is cross-checked; `draw` is uniform in [0, 1) and new for every run."""
        if engine is Engine.SP1_PORTABLE:
            return Timing.NOT_NEEDED
        mode = self.within_budget if cycles <= self.budget_cycles else self.beyond_budget
        if mode is Mode.ALWAYS:
            return Timing.BEFORE
        if mode is Mode.SAMPLE and draw < self.sample_rate:
            return Timing.AFTER
        return Timing.NOT_CHECKED


@dataclass(frozen=True)
class CrossCheckVerdict:
    """A finding, and for all but agreement the reason for it."""

    finding: Finding
    reason: str = ""


_CONTRADICTIONS = (ExecutionCycleLimit, ExecutionOutputLimit, GuestFault, ProgramInvalid)
"""Ends that follow from program and stdin alone: our engine came to another one."""


def judge(ours: Execution, theirs: Execution | AttestorError) -> CrossCheckVerdict:
    """What SP1's run, or the error that it ended with, says about ours, which halted.

    The slower engine may run out of time or memory, or its process may be killed: that says
    nothing about the result.
    """
    if isinstance(theirs, _CONTRADICTIONS):
        reason = f"SP1's engine does not halt: {theirs.message} [{theirs.code}]"
        return CrossCheckVerdict(Finding.DISAGREED, reason)
    if isinstance(theirs, AttestorError):
        return CrossCheckVerdict(Finding.INCONCLUSIVE, f"{theirs.message} [{theirs.code}]")
    differences = _differences(ours, theirs)
    if differences:
        return CrossCheckVerdict(Finding.DISAGREED, "; ".join(differences))
    return CrossCheckVerdict(Finding.AGREED)


def _differences(ours: Execution, theirs: Execution) -> list[str]:
    """Our value and SP1's, for each that differs; public values by their length and hash."""
    values = {
        "exit code": (ours.exit_code, theirs.exit_code),
        "cycles": (ours.cycles, theirs.cycles),
        "committed digest": (ours.digest.hex(), theirs.digest.hex()),
        "public values": (_named(ours), _named(theirs)),
    }
    return [
        f"{name}: ours {mine}, SP1's {other}"
        for name, (mine, other) in values.items()
        if mine != other
    ]


def _named(execution: Execution) -> str:
    return f"{len(execution.public_values)} bytes, sha256 {execution.public_values_sha256.hex()}"


@dataclass(frozen=True)
class CrossChecked:
    """The end of a cross-check that came after the signature, by the job's name."""

    job: str
    verdict: CrossCheckVerdict


@dataclass(frozen=True)
class Disagreement:
    """A run on which the engines disagree, with all that is needed to repeat it."""

    job: str
    reason: str
    program: bytes = field(repr=False)
    stdin: tuple[bytes, ...] = field(repr=False)
