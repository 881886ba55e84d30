"""Trust in the engine: which runs SP1's engines repeat, on which of them, and what that means.

Our engine decides what is signed; SP1's checks it. What a run costs there our engine knows before
it starts: SP1's portable engine takes time for what is no cycle, too. Runs up to the operator's
cycle budget are short, the others long, and for each of the two the operator chooses:

    always   cross-checked before it is signed; without agreement it is not signed
    sample   signed, and with the probability `sample_rate` cross-checked afterwards
    never    signed, and not cross-checked
"""

from dataclasses import dataclass, field
from enum import StrEnum

from attestor.core.execution import Engine, Execution, Limits
from attestor.errors import (
    AttestorError,
    CrossCheckLimit,
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


class CheckingEngine(StrEnum):
    """The engine that repeats runs: SP1's portable one, its JIT, or each for what it is good at."""

    AUTO = "auto"
    """The portable one up to a budget, and the JIT for what costs more, where it is built."""
    SP1_PORTABLE = "sp1-portable"
    SP1_JIT = "sp1-jit"


CYCLES_PER_WINDOW = 100_000
"""What SP1's portable engine takes for the table of a window of 2 MiB, in cycles' time."""
WRITTEN_BYTES_PER_CYCLE = 4
BYTES_PER_WINDOW = 6 << 20
"""What that table takes of memory: 24 bytes per word."""
BYTES_AT_FIRST = 64 << 20
MAX_SURCHARGE = 2_000_000
"""With the engine `auto`, what a run may cost beyond its cycles on SP1's portable engine: some 20
windows. The JIT takes next to nothing for them."""
PORTABLE_CYCLES_PER_SECOND = 150_000_000
"""No machine's SP1 is faster: what would take longer than its limit even so is not begun."""


def price(run: Execution) -> int:
    """What repeating a run of ours costs SP1's portable engine, in cycles."""
    return _price_of_instructions(run) + _price_of_common_parts(run)


def _price_of_common_parts(run: Execution) -> int:
    """Of what SP1's engines have in common: the loader, precompiles and hooks."""
    effort = run.effort
    if effort is None:
        return 0
    return effort.call_cycles + effort.load_cycles


def _price_of_instructions(run: Execution) -> int:
    """Without what SP1's engines have in common."""
    effort = run.effort
    if effort is None:
        return run.cycles
    written = effort.written_bytes // WRITTEN_BYTES_PER_CYCLE
    cycles = run.cycles + effort.unconstrained_cycles
    windows = effort.windows + effort.block_windows
    return cycles + written + CYCLES_PER_WINDOW * windows


def require_affordable(run: Execution, limits: Limits) -> None:
    """Raise `CrossCheckLimit` for a run of ours that SP1's portable engine cannot repeat within
    `limits`: it is not begun."""
    most, cost = limits.cpu_seconds * PORTABLE_CYCLES_PER_SECOND, price(run)
    if cost > most:
        raise CrossCheckLimit(
            f"this run costs SP1's portable engine as much as {cost} cycles, and at most {most} "
            f"fit into {limits.cpu_seconds} s",
            hint="cross_check.engine sp1-jit takes less; or raise executor.cpu_seconds",
        )
    windows = run.effort.windows if run.effort is not None else 0
    needed = BYTES_AT_FIRST + BYTES_PER_WINDOW * windows
    if needed > limits.memory_bytes:
        raise CrossCheckLimit(
            f"this run touches {windows} windows of 2 MiB, for which SP1's portable engine needs "
            f"{needed} bytes of memory; the limit is {limits.memory_bytes}",
            hint="cross_check.engine sp1-jit takes less; or raise executor.memory_bytes",
        )


class Timing(StrEnum):
    """When a run is cross-checked. It is in the proof's record and never changes."""

    BEFORE = "before"
    AFTER = "after"
    NOT_CHECKED = "not_checked"
    NOT_NEEDED = "not_needed"
    """The run was SP1's own: its portable engine's, or that of SP1 v3, which has but one."""


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
    `sample_rate` is a probability from 0 to 1. With the engine `auto`, runs of a price of up to
    `portable_cycles`, nearly all of it cycles, are repeated on SP1's portable engine; loading,
    precompiles and hooks do not count for that, as they take the JIT as long."""

    within_budget: Mode = Mode.ALWAYS
    beyond_budget: Mode = Mode.SAMPLE
    budget_cycles: int = 500_000_000
    sample_rate: float = 0.05
    engine: CheckingEngine = CheckingEngine.AUTO
    portable_cycles: int = 20_000_000

    def may_need_jit_before_signing(self) -> bool:
        """Whether SP1's JIT may be what keeps a run from being signed."""
        return self._checks_before_signing() and self.engine is not CheckingEngine.SP1_PORTABLE

    def may_need_portable_before_signing(self) -> bool:
        """Whether SP1's portable engine may be that."""
        return self._checks_before_signing() and self.engine is not CheckingEngine.SP1_JIT

    def _checks_before_signing(self) -> bool:
        return Mode.ALWAYS in (self.within_budget, self.beyond_budget)

    def engine_for(self, run: Execution, has_jit: bool) -> Engine:
        """The engine that repeats a run of ours first."""
        if self.engine is CheckingEngine.SP1_JIT:
            return Engine.SP1_JIT
        if self.engine is CheckingEngine.SP1_PORTABLE or not has_jit:
            return Engine.SP1_PORTABLE
        cost = _price_of_instructions(run)
        cheap = cost <= self.portable_cycles and cost - run.cycles <= MAX_SURCHARGE
        return Engine.SP1_PORTABLE if cheap else Engine.SP1_JIT

    def timing(self, engine: Engine, cycles: int, draw: float) -> Timing:
        """When a run of a price of `cycles` is cross-checked; `draw` is uniform in [0, 1) and new
        for every run."""
        if engine in (Engine.SP1_PORTABLE, Engine.SP1_V3):
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
    """The end of a cross-check that came after the signature, by the job's name. `slot` is that
    of the signer process whose signer signed it."""

    job: str
    verdict: CrossCheckVerdict
    slot: str = ""


@dataclass(frozen=True)
class Disagreement:
    """A run on which the engines disagree, with all that is needed to repeat it."""

    job: str
    reason: str
    program: bytes = field(repr=False)
    stdin: tuple[bytes, ...] = field(repr=False)
