"""When to create a signer, quote it, register it, activate it and retire its predecessor.

`plan` is a pure function of what is known and the time it is given. It returns one action; the
loop in `attestor.rotation.loop` performs it, journals the outcome and asks again. Nothing here
blocks, and a registered signer is never retired before its successor is confirmed.

    NewSigner ─► MakeQuote ─► Submit ─► Activate, which retires its predecessor
        ▲            │           │
        └── Abandon ─┴───────────┘  stale, reorged out, reverted: a key is never submitted twice
"""

from dataclasses import dataclass

from attestor.core.blocks import BlockWindow
from attestor.core.signers import Active, Candidate, Stage


@dataclass(frozen=True)
class RotationPolicy:
    """The operator's options and the registry's settings. Times are in seconds, spans in blocks."""

    period: int
    expiry_margin: int
    confirmations: int
    block_lag: int
    max_block_number_diff: int
    inclusion_margin: int

    def sendable(self, reference_block: int, head: int) -> bool:
        """Whether a transaction sent now can still be included inside the window.

        The contract wants block.number - reference < max_block_number_diff; the next block is
        head + 1, and `inclusion_margin` further ones may pass before ours is taken.
        """
        return head + 1 + self.inclusion_margin - reference_block < self.max_block_number_diff

    def includable(self, reference_block: int, head: int) -> bool:
        """Whether the next block can still include it."""
        return head + 1 - reference_block < self.max_block_number_diff


@dataclass(frozen=True)
class Inclusion:
    """The block that includes the candidate's transaction, and its outcome."""

    block_number: int
    block_hash: bytes
    succeeded: bool


@dataclass(frozen=True)
class Situation:
    """Everything that a decision depends on.

    `attested` holds those of the two signers that the registry considers valid at the head.
    `retry_at` is the end of a back-off, in the clock of `now`.
    """

    now: float
    window: BlockWindow
    active: Active | None = None
    candidate: Candidate | None = None
    inclusion: Inclusion | None = None
    attested: frozenset[bytes] = frozenset()
    retry_at: float = 0.0


@dataclass(frozen=True)
class Wait:
    """Nothing to do until the next head, for this reason."""

    reason: str


@dataclass(frozen=True)
class NewSigner:
    pass


@dataclass(frozen=True)
class MakeQuote:
    signer: bytes
    block_number: int
    block_hash: bytes


@dataclass(frozen=True)
class Submit:
    signer: bytes


@dataclass(frozen=True)
class Abandon:
    """The candidate's quote can no longer be registered: its key is destroyed."""

    signer: bytes
    reason: str


@dataclass(frozen=True)
class Activate:
    """Make the candidate the signer of proofs; `replaces` is then retired."""

    signer: bytes
    replaces: bytes | None


@dataclass(frozen=True)
class Deactivate:
    """Stop signing with the active signer at once: the chain does not vouch for it any more."""

    signer: bytes
    reason: str


Action = Wait | NewSigner | MakeQuote | Submit | Abandon | Activate | Deactivate


def plan(situation: Situation, policy: RotationPolicy) -> Action:
    """The next action. Pure; the same arguments always give the same answer."""
    head = situation.window.head
    if head is None:
        return Wait("no head yet")
    active = situation.active
    if active is not None:
        if active.valid_until <= head.timestamp:
            return Deactivate(active.address, "expired")
        if active.address not in situation.attested:
            return Deactivate(active.address, "the registry does not vouch for it")
    if situation.candidate is not None:
        return _advance(situation, situation.candidate, policy)
    if active is not None and not _due(active, head.timestamp, policy):
        return Wait("the active signer is young enough")
    if situation.now < situation.retry_at:
        return Wait("backing off after a failure")
    return NewSigner()


def _due(active: Active, chain_time: int, policy: RotationPolicy) -> bool:
    """A registration may be short from the start, when collateral or an admission expires: it is
    then replaced at half of its life, or each successor would be due as soon as it is active."""
    too_old = chain_time - active.activated_at >= policy.period
    margin = min(policy.expiry_margin, (active.valid_until - active.activated_at) // 2)
    return too_old or active.valid_until - chain_time <= margin


def _advance(situation: Situation, candidate: Candidate, policy: RotationPolicy) -> Action:
    if candidate.stage is Stage.SUBMITTED:
        return _follow(situation, candidate, policy)
    if situation.now < situation.retry_at:
        return Wait("backing off after a failure")
    if candidate.stage is Stage.CREATED:
        return _quote(situation, candidate, policy)
    fault = _quote_fault(situation.window, candidate, policy)
    return Abandon(candidate.address, fault) if fault else Submit(candidate.address)


def _quote(situation: Situation, candidate: Candidate, policy: RotationPolicy) -> Action:
    head = situation.window.head
    block = situation.window.at(head.number - policy.block_lag) if head else None
    if block is None:
        return Wait(f"fewer than {policy.block_lag} blocks are known below the head")
    return MakeQuote(candidate.address, block.number, block.hash)


def _quote_fault(window: BlockWindow, candidate: Candidate, policy: RotationPolicy) -> str | None:
    if window.contradicts(candidate.reference_block, candidate.reference_hash):
        return "the reference block was reorged out"
    if not window.holds(candidate.reference_block, candidate.reference_hash):
        return "the reference block is no longer known"
    if window.head and not policy.sendable(candidate.reference_block, window.head.number):
        return "the reference block is too old to be included in time"
    return None


def _follow(situation: Situation, candidate: Candidate, policy: RotationPolicy) -> Action:
    """A transaction was sent: wait for it, act on its receipt, or abandon the quote."""
    head = situation.window.head
    inclusion = situation.inclusion
    vouched = candidate.address in situation.attested
    if head is None:
        return Wait("no head yet")
    if inclusion is None:
        aged_out = not policy.includable(candidate.reference_block, head.number)
        if vouched and not aged_out:
            return Wait("registered, its transaction's receipt is awaited")
        if vouched:
            # Somebody else sent it a window ago and our own transaction vanished: deep enough.
            return _activate(situation, candidate)
        if aged_out:
            return Abandon(candidate.address, "not included before the reference block aged out")
        if situation.window.contradicts(candidate.reference_block, candidate.reference_hash):
            return Abandon(candidate.address, "the reference block was reorged out")
        return Wait("the registration is not included yet")
    if situation.window.contradicts(inclusion.block_number, inclusion.block_hash):
        return Wait("the node's receipt is of a block that was reorged out")
    depth = head.number - inclusion.block_number + 1
    if depth < policy.confirmations:
        return Wait(f"{depth} of {policy.confirmations} confirmations")
    if not vouched:
        outcome = "the registry does not vouch for it" if inclusion.succeeded else "reverted"
        return Abandon(candidate.address, f"included, but {outcome}")
    # Reverted, but the signer is valid: somebody else sent the same registration first.
    return _activate(situation, candidate)


def _activate(situation: Situation, candidate: Candidate) -> Activate:
    active = situation.active
    return Activate(candidate.address, active.address if active else None)
