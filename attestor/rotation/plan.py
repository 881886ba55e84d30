"""When to create a signer, quote it, register it, activate it and retire its predecessor.

`plan` is a pure function of what is known and the time it is given. It returns one action; the
loop in `attestor.rotation.loop` performs it, journals the outcome and asks again. Nothing here
blocks, and a registered signer is never retired before its successor is confirmed.

    NewSigner ─► MakeQuote ─► Submit ─► Activate, which retires its predecessor
        ▲            │           │          │  ▲
        └── Abandon ─┴───────────┘      Pause ─► Resume     the chain does not vouch, and does again

What is not known decides nothing: only a confirmed no of the registry at the head stops a signer,
and it stops it without destroying its key.
"""

from attestor.chain.pace import block_seconds
from attestor.core.back_off import Step
from attestor.core.blocks import Block, BlockWindow
from attestor.core.signers import Active, Candidate, Stage, Standing
from attestor.rotation.actions import (
    Abandon,
    Action,
    Activate,
    MakeQuote,
    NewSigner,
    Pause,
    Resume,
    Retire,
    Submit,
    Wait,
)
from attestor.rotation.situation import RotationPolicy, Sent, Situation


def plan(situation: Situation, policy: RotationPolicy) -> Action:
    """The next action. Pure; the same arguments always give the same answer."""
    head, active = situation.window.head, situation.active
    if head is None:
        return Wait("no head yet")
    if active is not None:
        action = _guard(situation, active, head, policy)
        if action is not None:
            return action
    if situation.candidate is not None:
        return _advance(situation, situation.candidate, head, policy)
    if active is not None and not active.paused and not is_due(active, situation.window, policy):
        return Wait("the active signer is young enough")
    if active is not None and active.paused and _may_come_back(situation, head, policy):
        return Wait("the active signer's registration was reorged out, and is sent again")
    for step in (Step.QUOTE, Step.REVERT):
        if situation.is_held_back(step):
            return _held_back(step)
    if not policy.sendable(head.number - policy.block_lag, head.number):
        return Wait("the registry's window is too small for rotation.block_lag and its margin")
    return NewSigner()


def is_quiet(situation: Situation, policy: RotationPolicy) -> bool:
    """Whether there is nothing to do but to look at the active signer at each head."""
    head, active = situation.window.head, situation.active
    if head is None or active is None or active.paused or situation.candidate is not None:
        return False
    return not is_due(active, situation.window, policy)


def is_due(active: Active, window: BlockWindow, policy: RotationPolicy) -> bool:
    """Whether it is time for a successor, at the window's head."""
    head, margin = window.head, policy.margin(block_seconds(window))
    return head is not None and head.timestamp >= active.due_at(policy.period, margin)


def _guard(
    situation: Situation, active: Active, head: Block, policy: RotationPolicy
) -> Action | None:
    """Whether the active signer may go on signing, or may do so again."""
    standing = situation.standing(active.address)
    expired = active.valid_until <= head.timestamp
    if not active.paused:
        if expired:
            return Pause(active.address, "its registration expired")
        if standing is Standing.INVALID:
            return Pause(active.address, "the registry does not vouch for it")
        return None
    if standing is Standing.VALID and not expired:
        return Resume(active.address)
    buried = situation.window.at(head.number - policy.final_depth)
    if buried is not None and active.valid_until <= buried.timestamp:
        return Retire(active.address, "its registration expired")
    return None


def _may_come_back(situation: Situation, head: Block, policy: RotationPolicy) -> bool:
    """Whether the paused signer's registration, which a reorg took away, can be mined again."""
    sent = situation.sent
    if sent is None or sent.inclusion is not None:
        return False
    is_canonical = situation.window.holds(sent.reference_block, sent.reference_hash)
    return is_canonical and policy.includable(sent.reference_block, head.number)


def _advance(
    situation: Situation, candidate: Candidate, head: Block, policy: RotationPolicy
) -> Action:
    match candidate.stage:
        case Stage.SUBMITTED:
            return _follow(situation, candidate, head, policy)
        case Stage.CREATED:
            if situation.is_held_back(Step.QUOTE):
                return _held_back(Step.QUOTE)
            return _quote(situation.window, candidate, head, policy)
    fault = _quote_fault(situation.window, candidate, head, policy)
    if fault is not None:
        return Abandon(candidate.address, fault)
    for step in (Step.SEND, Step.REVERT):
        if situation.is_held_back(step):
            return _held_back(step)
    return Submit(candidate.address)


def _quote(
    window: BlockWindow, candidate: Candidate, head: Block, policy: RotationPolicy
) -> Action:
    block = window.at(head.number - policy.block_lag)
    if block is None:
        return Wait(f"fewer than {policy.block_lag} blocks are known below the head")
    return MakeQuote(candidate.address, block.number, block.hash)


def _quote_fault(
    window: BlockWindow, candidate: Candidate, head: Block, policy: RotationPolicy
) -> str | None:
    if window.contradicts(candidate.reference_block, candidate.reference_hash):
        return "the reference block was reorged out"
    if not window.holds(candidate.reference_block, candidate.reference_hash):
        return "the reference block is no longer known"
    if not policy.sendable(candidate.reference_block, head.number):
        return "the reference block is too old to be included in time"
    return None


def _follow(
    situation: Situation, candidate: Candidate, head: Block, policy: RotationPolicy
) -> Action:
    """A transaction was sent: wait for it, act on its receipt, or abandon the quote."""
    sent = situation.sent
    standing = situation.standing(candidate.address)
    if sent is None or (not sent.is_known and standing is not Standing.VALID):
        return Wait("the registration's receipt could not be asked for")
    if sent.inclusion is None:
        return _follow_lost(situation, candidate, sent, head, policy)
    inclusion = sent.inclusion
    if situation.window.contradicts(inclusion.block_number, inclusion.block_hash):
        return Wait("the receipt is of a block that was reorged out")
    depth = head.number - inclusion.block_number + 1
    if depth < policy.confirmations:
        return Wait(f"{depth} of {policy.confirmations} confirmations")
    if standing is Standing.VALID:
        # Perhaps reverted: then somebody else sent the same registration first.
        return _activate(situation, candidate)
    if standing is Standing.UNKNOWN:
        return Wait("the registry could not be asked for the signer")
    outcome = "the registry does not vouch for it" if inclusion.succeeded else "reverted"
    return Abandon(candidate.address, f"included, but {outcome}")


def _follow_lost(
    situation: Situation, candidate: Candidate, sent: Sent, head: Block, policy: RotationPolicy
) -> Action:
    """No node has a receipt: not mined yet, reorged out, or registered by somebody else."""
    standing = situation.standing(candidate.address)
    aged_out = not policy.includable(sent.reference_block, head.number)
    if standing is Standing.VALID:
        if not aged_out:
            return Wait("registered, its transaction's receipt is awaited")
        # Somebody else sent it a window ago and our own transaction vanished: deep enough.
        return _activate(situation, candidate)
    if standing is Standing.UNKNOWN and aged_out:
        return Wait("the registry could not be asked for the signer")
    if aged_out:
        return Abandon(candidate.address, "not included before the reference block aged out")
    if situation.window.contradicts(sent.reference_block, sent.reference_hash):
        return Abandon(candidate.address, "the reference block was reorged out")
    return Wait("the registration is not included yet")


def _activate(situation: Situation, candidate: Candidate) -> Activate:
    active = situation.active
    return Activate(candidate.address, active.address if active else None)


def _held_back(step: Step) -> Wait:
    return Wait(f"backing off after a failure to {step}")
