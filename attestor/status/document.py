"""How a daemon stands at one moment: who signs and until when, what happens next, and what an
operator has to do.

Times are Unix seconds of this machine's clock, but for those of signers and blocks, which are chain
time. Addresses and hashes are 0x text, addresses with their checksum (EIP-55). Nothing in it is
secret: of an endpoint there is the host, never its path or user, where API keys are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NewType

FORMAT = 1
"""Grows when a field changes its meaning or goes away; a new field leaves it as it is."""

Time = NewType("Time", float)
"""Unix seconds. As JSON {"unix": seconds, "iso": "2026-11-30T13:30:00Z"}."""


@dataclass(frozen=True)
class Reason:
    """Why the daemon is not ready, or what will keep it from being so. `chain` is the name of the
    chain that it is about; empty where it is about all, or where there is one without a name."""

    code: str
    text: str
    advice: str
    chain: str = ""


@dataclass(frozen=True)
class Signer:
    """The signer that proofs are signed with. `stage` is `active`, or `paused` while the chain does
    not vouch for it. Its registration ends at `valid_until`, by chain time in `seconds_left`;
    `measurement` is empty where it is not known."""

    address: str
    stage: str
    valid_until: Time
    seconds_left: int
    activated_at: Time | None = None
    measurement: str = ""
    simulated: bool = False

    @property
    def part_left(self) -> float | None:
        """The part of its registration that is left, from 0 to 1; None where it is not known."""
        if self.activated_at is None or self.valid_until <= self.activated_at:
            return None
        return min(1.0, max(0.0, self.seconds_left / (self.valid_until - self.activated_at)))


@dataclass(frozen=True)
class Candidate:
    """The signer of a rotation under way. `stage` is `created`, `quoted` or `submitted`; the last
    block that can include its registration is known once it has a quote."""

    address: str
    stage: str
    reference_block: int | None = None
    blocks_left: int | None = None


@dataclass(frozen=True)
class Rotation:
    """What the rotation waits for, in its own words, the rotation under way, and when the next one
    is due: at `next_at`, which is chain time, and by the pace of recent blocks at `next_block`."""

    waits_for: str
    candidate: Candidate | None = None
    next_at: Time | None = None
    next_block: int | None = None


@dataclass(frozen=True)
class Head:
    """The newest block that the daemon follows, and since how long nothing newer came."""

    number: int
    timestamp: Time
    age_seconds: int


@dataclass(frozen=True)
class Endpoint:
    """A node that is asked. `state` is `ok`, `demoted` (asked last for a while) or `down`
    (some calls in a row failed); `lag_blocks` is behind the best."""

    host: str
    state: str
    lag_blocks: int = 0


@dataclass(frozen=True)
class InFlight:
    """A transaction that was sent and whose outcome is not known: the newest attempt of it."""

    purpose: str
    hash: str
    nonce: int
    attempts: int


@dataclass(frozen=True)
class Payer:
    """The account that pays. The balance is wei as decimal text, since JSON's numbers are too
    small; `rotations` is for how many it lasts at present fees. None where it is not known."""

    address: str
    balance_wei: str | None = None
    rotations: int | None = None


@dataclass(frozen=True)
class Registration:
    """One registration of the history. `kind` is how it was made; `ended_at` is None while it
    signs."""

    signer: str
    kind: str
    stage: str
    transaction_hash: str
    activated_at: Time
    valid_until: Time
    block_number: int | None = None
    ended_at: Time | None = None
    reason: str = ""
    simulated: bool = False


@dataclass(frozen=True)
class Span:
    """A time in which a signer was able to sign, or without `signer` a gap. One whose `end` is None
    goes on."""

    start: Time
    end: Time | None
    signer: str | None = None


@dataclass(frozen=True)
class Failure:
    """An error that was met, by its code, with what to do about it. `where` is the duty or the step
    that failed; `at` is None where its time is not known; `now` says whether it goes on."""

    code: str
    where: str
    text: str
    advice: str
    chain: str = ""
    at: Time | None = None
    now: bool = False


@dataclass(frozen=True)
class Chain:
    """One chain. Parts that are not known yet are None or empty."""

    name: str
    chain_id: int
    registry: str
    signer: Signer | None = None
    rotation: Rotation | None = None
    head: Head | None = None
    payer: Payer | None = None
    endpoints: tuple[Endpoint, ...] = ()
    in_flight: tuple[InFlight, ...] = ()
    registrations: tuple[Registration, ...] = ()
    """The newest first."""
    cover: tuple[Span, ...] = ()
    """The oldest first, as far back as the newest registrations go."""


@dataclass(frozen=True)
class Jobs:
    """How many jobs there are in each state; `failed_by_code` splits those that failed."""

    queued: int = 0
    running: int = 0
    done: int = 0
    failed: int = 0
    failed_by_code: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Build:
    """What runs: its version, SP1's circuit version, and the measurement of the platform as the
    newest quote has it, empty without one."""

    version: str
    circuit: str
    measurement: str = ""


@dataclass(frozen=True)
class Document:
    """All of it."""

    at: Time
    ready: bool
    build: Build
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()
    chains: tuple[Chain, ...] = ()
    jobs: Jobs | None = None
    errors: tuple[Failure, ...] = ()
    """The newest first."""
    format: int = FORMAT
