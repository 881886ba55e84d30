"""The plan of a rotation, decision by decision."""

from dataclasses import replace
from typing import Any

import pytest

from attestor.core.back_off import BackOff, Failing, Step
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
from attestor.rotation.plan import plan
from attestor.rotation.situation import Inclusion, RotationPolicy, Sent, Situation

OLD, NEW = b"\x01" * 20, b"\x02" * 20
POLICY = RotationPolicy(
    period=1800,
    expiry_margin=600,
    confirmations=2,
    block_lag=2,
    max_block_number_diff=100,
    inclusion_margin=20,
)


def block(number: int, fork: bytes = b"a") -> Block:
    name = fork + number.to_bytes(31, "big")
    return Block(number, name, fork + (number - 1).to_bytes(31, "big"), 10_000 + number * 12)


def window(last: int, count: int = 150) -> BlockWindow:
    return BlockWindow(tuple(block(number) for number in range(max(0, last - count + 1), last + 1)))


HEAD = 500
NOW = block(HEAD).timestamp
SITUATION = Situation(now=0.0, window=window(HEAD))
YOUNG = Active(OLD, activated_at=NOW - 100, valid_until=NOW + 3500)
AGED = Active(OLD, activated_at=NOW - 1800, valid_until=NOW + 1800)
CREATED = Candidate(NEW, Stage.CREATED)
QUOTED = Candidate(NEW, Stage.QUOTED, HEAD - 2, block(HEAD - 2).hash)
SUBMITTED = replace(QUOTED, stage=Stage.SUBMITTED)
INCLUDED = Inclusion(HEAD - 1, block(HEAD - 1).hash, succeeded=True)


OLD_VALID, NEW_VALID = {OLD: Standing.VALID}, {NEW: Standing.VALID}
BOTH_VALID = {**OLD_VALID, **NEW_VALID}
OLD_INVALID, NEW_INVALID = {OLD: Standing.INVALID}, {NEW: Standing.INVALID}


def decide(**changes: Any) -> Action:
    """The plan's answer; a submitted candidate's registration is out unless `sent` is given."""
    candidate = changes.get("candidate")
    if candidate is not None and candidate.stage is Stage.SUBMITTED:
        out = Sent(
            candidate.reference_block, candidate.reference_hash, changes.pop("inclusion", None)
        )
        changes.setdefault("sent", out)
    return plan(replace(SITUATION, **changes), POLICY)


def held_back(step: Step) -> BackOff:
    return BackOff({step: Failing(1, "made_up", retry_at=1.0)})


def test_plan__no_head__waits() -> None:
    assert decide(window=BlockWindow()) == Wait("no head yet")


def test_plan__nothing_yet__makes_a_signer() -> None:
    assert decide() == NewSigner()


def test_plan__registration_short_from_the_start__is_replaced_at_half_of_its_life() -> None:
    """Near the end of the collateral every registration is short: none is due at once."""
    life = POLICY.expiry_margin
    fresh = Active(OLD, activated_at=NOW, valid_until=NOW + life)
    assert isinstance(decide(active=fresh, standings=OLD_VALID), Wait)
    half = Active(OLD, activated_at=NOW - life // 2, valid_until=NOW + life // 2)
    assert decide(active=half, standings=OLD_VALID) == NewSigner()


@pytest.mark.parametrize("step", [Step.QUOTE, Step.REVERT])
def test_plan__nothing_yet_but_backing_off__waits(step: Step) -> None:
    assert decide(back_off=held_back(step)) == Wait(f"backing off after a failure to {step}")
    assert decide(back_off=held_back(step), now=1.0) == NewSigner()


def test_plan__failure_of_another_kind__holds_nothing_back() -> None:
    assert decide(back_off=held_back(Step.SEND)) == NewSigner()
    assert isinstance(decide(candidate=CREATED, back_off=held_back(Step.SEND)), MakeQuote)
    assert isinstance(decide(candidate=QUOTED, back_off=held_back(Step.QUOTE)), Submit)
    assert isinstance(decide(candidate=QUOTED, back_off=held_back(Step.SEND)), Wait)
    assert isinstance(decide(candidate=QUOTED, back_off=held_back(Step.REVERT)), Wait)


def test_plan__young_signer__waits() -> None:
    assert isinstance(decide(active=YOUNG, standings=OLD_VALID), Wait)


def test_plan__signer_of_the_periods_age__is_replaced() -> None:
    almost = replace(AGED, activated_at=NOW - 1799)
    assert isinstance(decide(active=almost, standings=OLD_VALID), Wait)
    assert decide(active=AGED, standings=OLD_VALID) == NewSigner()


def test_plan__registration_ends_soon__is_replaced() -> None:
    margin = POLICY.margin(12.0)
    short = replace(YOUNG, activated_at=NOW - 1500, valid_until=NOW + margin)
    assert decide(active=short, standings=OLD_VALID) == NewSigner()
    longer = replace(short, valid_until=NOW + margin + 1)
    assert isinstance(decide(active=longer, standings=OLD_VALID), Wait)


def test_plan__active_not_vouched_for__pauses_at_once() -> None:
    action = decide(active=YOUNG, standings=OLD_INVALID)
    assert action == Pause(OLD, "the registry does not vouch for it")


def test_plan__active_of_which_nothing_is_known__goes_on() -> None:
    assert isinstance(decide(active=YOUNG), Wait)
    assert decide(active=AGED) == NewSigner()


def test_plan__active_expired__pauses_at_once() -> None:
    gone = replace(YOUNG, valid_until=NOW)
    assert decide(active=gone, standings=OLD_VALID) == Pause(OLD, "its registration expired")


def test_plan__active_pauses_even_while_a_candidate_is_on_its_way() -> None:
    action = decide(active=YOUNG, candidate=SUBMITTED, standings={**OLD_INVALID, **NEW_VALID})
    assert isinstance(action, Pause)


PAUSED = replace(YOUNG, paused=True)
LOST = Sent(HEAD - 10, block(HEAD - 10).hash)


def test_plan__paused_and_valid_again__resumes() -> None:
    assert decide(active=PAUSED, standings=OLD_VALID) == Resume(OLD)
    assert decide(active=PAUSED, candidate=CREATED, standings=OLD_VALID) == Resume(OLD)


def test_plan__paused_and_its_registration_may_come_back__waits_for_it() -> None:
    action = decide(active=PAUSED, standings=OLD_INVALID, sent=LOST)
    assert action == Wait("the active signer's registration was reorged out, and is sent again")


@pytest.mark.parametrize(
    "sent",
    [
        None,
        replace(LOST, reference_block=HEAD - 99, reference_hash=block(HEAD - 99).hash),
        replace(LOST, reference_hash=b"x" * 32),
        replace(LOST, inclusion=INCLUDED),
    ],
    ids=["never sent", "too old", "reference reorged out", "mined, and revoked since"],
)
def test_plan__paused_for_good__is_succeeded(sent: Sent | None) -> None:
    assert decide(active=PAUSED, standings=OLD_INVALID, sent=sent) == NewSigner()


def test_plan__paused_and_expired_for_many_blocks__goes() -> None:
    buried = block(HEAD - POLICY.final_depth).timestamp
    gone = replace(PAUSED, valid_until=buried)
    assert decide(active=gone) == Retire(OLD, "its registration expired")
    assert not isinstance(decide(active=replace(gone, valid_until=buried + 1)), Retire)


def test_plan__paused_and_revoked__keeps_its_key_until_it_expires() -> None:
    assert decide(active=PAUSED, standings=OLD_INVALID) == NewSigner()


def test_plan__created__quotes_a_block_below_the_head() -> None:
    wanted = block(HEAD - 2)
    assert decide(candidate=CREATED) == MakeQuote(NEW, wanted.number, wanted.hash)


def test_plan__created_on_a_young_chain__waits_for_blocks() -> None:
    assert decide(candidate=CREATED, window=window(HEAD, count=2)) == Wait(
        "fewer than 2 blocks are known below the head"
    )


def test_plan__created_and_backing_off__waits() -> None:
    assert isinstance(decide(candidate=CREATED, back_off=held_back(Step.QUOTE)), Wait)


def test_plan__quoted__submits() -> None:
    assert decide(candidate=QUOTED) == Submit(NEW)


@pytest.mark.parametrize(
    ("age", "sent"),
    # With a margin of 20 blocks the last usable age at sending is 100 - 1 - 1 - 20 = 78.
    [(1, True), (77, True), (78, True), (79, False), (99, False), (120, False)],
)
def test_plan__quoted_of_an_age__is_sent_only_with_room_to_be_included(
    age: int, sent: bool
) -> None:
    candidate = replace(QUOTED, reference_block=HEAD - age, reference_hash=block(HEAD - age).hash)
    action = decide(candidate=candidate)
    assert isinstance(action, Submit if sent else Abandon)


def test_plan__reference_block_reorged_out__is_never_sent() -> None:
    candidate = replace(QUOTED, reference_hash=b"x" * 32)
    assert decide(candidate=candidate) == Abandon(NEW, "the reference block was reorged out")


def test_plan__reference_block_unknown__is_never_sent() -> None:
    candidate = replace(QUOTED, reference_block=HEAD - 400)
    assert decide(candidate=candidate) == Abandon(NEW, "the reference block is no longer known")


def test_plan__submitted__waits_for_its_block() -> None:
    assert decide(candidate=SUBMITTED) == Wait("the registration is not included yet")


@pytest.mark.parametrize(("age", "kept"), [(98, True), (99, False), (140, False)])
def test_plan__submitted_but_never_included__is_given_up_when_it_cannot_be(
    age: int, kept: bool
) -> None:
    candidate = replace(
        SUBMITTED, reference_block=HEAD - age, reference_hash=block(HEAD - age).hash
    )
    action = decide(candidate=candidate, standings=NEW_INVALID)
    assert isinstance(action, Wait if kept else Abandon)
    assert isinstance(decide(candidate=candidate), Wait), "nobody could be asked"


def test_plan__submitted_and_reorged__is_given_up() -> None:
    candidate = replace(SUBMITTED, reference_hash=b"x" * 32)
    assert decide(candidate=candidate) == Abandon(NEW, "the reference block was reorged out")


def test_plan__receipt_cannot_be_asked_for__waits() -> None:
    mute = Sent(HEAD - 99, block(HEAD - 99).hash, is_known=False)
    assert isinstance(decide(candidate=SUBMITTED, sent=mute, standings=NEW_INVALID), Wait)
    assert decide(candidate=SUBMITTED, sent=mute, standings=NEW_VALID) == Activate(NEW, None)


def test_plan__included_once__waits_for_confirmations() -> None:
    fresh = Inclusion(HEAD, block(HEAD).hash, succeeded=True)
    action = decide(candidate=SUBMITTED, inclusion=fresh, standings=NEW_VALID)
    assert action == Wait("1 of 2 confirmations")


def test_plan__confirmed__activates_and_names_whom_it_replaces() -> None:
    action = decide(candidate=SUBMITTED, inclusion=INCLUDED, active=AGED, standings=BOTH_VALID)
    assert action == Activate(NEW, OLD)


def test_plan__confirmed_without_predecessor__activates() -> None:
    action = decide(candidate=SUBMITTED, inclusion=INCLUDED, standings=NEW_VALID)
    assert action == Activate(NEW, None)


def test_plan__included_but_not_vouched_for__is_given_up() -> None:
    assert isinstance(decide(candidate=SUBMITTED, inclusion=INCLUDED), Wait), "nobody was asked"
    action = decide(candidate=SUBMITTED, inclusion=INCLUDED, standings=NEW_INVALID)
    assert action == Abandon(NEW, "included, but the registry does not vouch for it")


def test_plan__reverted__is_given_up() -> None:
    failed = replace(INCLUDED, succeeded=False)
    action = decide(candidate=SUBMITTED, inclusion=failed, standings=NEW_INVALID)
    assert action == Abandon(NEW, "included, but reverted")


def test_plan__reverted_because_somebody_relayed_it__activates() -> None:
    failed = replace(INCLUDED, succeeded=False)
    action = decide(candidate=SUBMITTED, inclusion=failed, standings=NEW_VALID)
    assert action == Activate(NEW, None)


def test_plan__receipt_of_a_dropped_block__is_not_believed() -> None:
    stale = replace(INCLUDED, block_hash=b"x" * 32)
    action = decide(candidate=SUBMITTED, inclusion=stale, standings=NEW_VALID)
    assert isinstance(action, Wait)


def test_plan__relayed_and_own_transaction_lost__activates_after_the_window() -> None:
    candidate = replace(SUBMITTED, reference_block=HEAD - 99, reference_hash=block(HEAD - 99).hash)
    assert decide(candidate=candidate, standings=NEW_VALID) == Activate(NEW, None)
    assert isinstance(decide(candidate=SUBMITTED, standings=NEW_VALID), Wait)
