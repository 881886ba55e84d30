"""How the service stands at one moment: what readiness, status and metrics are told from.

Nothing in here is secret: endpoints are shown by their origin, keys by their addresses. Times are
Unix seconds of the wall clock, unless they are chain time; ages and spans are seconds.
"""

from dataclasses import dataclass, field

from attestor.core.histogram import CALL_SECONDS, Histogram
from attestor.core.job_figures import JobFigures
from attestor.core.redaction import without_credentials
from attestor.core.signers import Active, Candidate
from attestor.errors import AttestorError


@dataclass(frozen=True)
class Problem:
    """An error that stands: its stable code, what it says, and what to do about it. `times` is how
    often it came in a row, `since` when the first time was; 0 where nobody counted."""

    code: str
    text: str
    advice: str
    times: int = 1
    since: float = 0.0

    @classmethod
    def of(cls, error: AttestorError, times: int = 1, since: float = 0.0) -> "Problem":
        """The advice is that of this occurrence, else that of all errors of its class. What an
        endpoint said, which may repeat its own URL and key, is told without them."""
        advice = error.hint or error.advice
        told = without_credentials(error.message), without_credentials(advice)
        return cls(error.code, *told, times, since)


@dataclass(frozen=True)
class DutyView:
    """A duty of the daemon. `problem` is what is wrong with it."""

    name: str
    deadline: float
    running_seconds: float = 0.0
    last_success: float | None = None
    last_error: str | None = None
    failures: int = 0
    problem: Problem | None = None


@dataclass(frozen=True)
class EndpointView:
    """One endpoint of a chain. `is_up` is false once it gave no answer some times in a row; `lag`
    is in blocks behind the best head, `latency` is of the last answer, None before the first."""

    label: str
    is_up: bool
    is_demoted: bool
    lag: int = 0
    latency: float | None = None
    answers: int = 0
    failures: int = 0
    demotions: int = 0
    calls: Histogram = field(default_factory=lambda: Histogram.empty(CALL_SECONDS))
    """How long usable answers took."""


@dataclass(frozen=True)
class HeadView:
    """The newest block. `age` is how long ago it was first seen, `looked` how long ago a look at
    the chain last succeeded, both by a clock that nobody can set. `block_seconds` is the chain's
    pace, where it is known."""

    number: int
    timestamp: int
    age: float
    looked: float
    block_seconds: float | None = None


@dataclass(frozen=True)
class PayerView:
    """Who pays. `rotation_cost` is what one registration may cost at the highest fee that would be
    offered now; both are wei, and None until they were read."""

    address: bytes
    balance: int | None = None
    rotation_cost: int | None = None

    @property
    def rotations(self) -> int | None:
        """How many registrations the balance pays for; None where gas costs nothing."""
        if self.balance is None or not self.rotation_cost:
            return None
        return self.balance // self.rotation_cost


@dataclass(frozen=True)
class TransactionView:
    """A transaction that is out. `attempt` counts those of its purpose, from 1."""

    hash: bytes
    purpose: str
    nonce: int
    attempt: int


@dataclass(frozen=True)
class ChainView:
    """One chain; `name` is empty where there is one without a name. `failure` is why it does not
    run at present: all else is empty then."""

    name: str = ""
    failure: Problem | None = None
    active: Active | None = None
    candidate: Candidate | None = None
    """The signer that is being registered, with its stage."""
    waits_for: str = ""
    """What the rotation waits for, in words."""
    lease_seconds: float | None = None
    """How long a signer goes on without a new block; None where it needs none."""
    head: HeadView | None = None
    endpoints: tuple[EndpointView, ...] = ()
    payer: PayerView | None = None
    transactions: tuple[TransactionView, ...] = ()
    following: Problem | None = None
    """Why the chain cannot be followed at present."""
    rotating: Problem | None = None
    """What the last action of the rotation failed with, if nothing succeeded since."""
    settling: Problem | None = None
    database: Problem | None = None
    """Why the history cannot be written."""
    database_free_bytes: int | None = None
    collateral: str | None = None
    """A warning that collateral on chain will end."""
    duties: tuple[DutyView, ...] = ()
    errors: tuple[Problem, ...] = ()
    """What failed since the start, one of each code, the last one first: `times` counts all of the
    code, `since` is when the last one was."""
    failure_counts: tuple[tuple[str, str, int], ...] = ()
    """What failed, the code, and how often since the start."""
    steps: tuple[tuple[str, Histogram], ...] = ()
    """How long each kind of step of the rotation took that was done."""
    measurement: bytes = b""
    """Of the newest quote since the start; empty before the first."""

    @property
    def seconds_left(self) -> int | None:
        """Chain time until the active signer's registration ends; None where there is none."""
        if self.active is None or self.head is None:
            return None
        return self.active.valid_until - self.head.timestamp

    @property
    def blocks_left(self) -> int | None:
        """The same in blocks, at the chain's pace."""
        left, head = self.seconds_left, self.head
        if left is None or head is None or not head.block_seconds:
            return None
        return max(0, int(left / head.block_seconds))


@dataclass(frozen=True)
class QueueView:
    """The jobs of one registration: how many are open, and how many may be."""

    registration: str
    open: int = 0
    most: int = 0

    @property
    def is_full(self) -> bool:
        """Whether the next job is refused."""
        return self.open >= self.most > 0


@dataclass(frozen=True)
class EngineView:
    """The engine's self-test: `passed` is None until it ended for the first time."""

    passed: bool | None = None
    problem: Problem | None = None


@dataclass(frozen=True)
class ServiceView:
    """All of it, at the time `at`. `halted` is why nothing is signed any more, `api` what is wrong
    with the process that serves clients, `jobs_database` why its database cannot be written."""

    at: float = 0.0
    chains: tuple[ChainView, ...] = ()
    halted: Problem | None = None
    stopping: bool = False
    api: Problem | None = None
    queues: tuple[QueueView, ...] = ()
    engine: EngineView = field(default_factory=EngineView)
    jobs: JobFigures = field(default_factory=JobFigures)
    duties: tuple[DutyView, ...] = ()
    """Those that are of no chain."""
