"""The plan of a rotation, decision by decision."""

from dataclasses import replace
from typing import Any

import pytest

from attestor.core.blocks import Block, BlockWindow
from attestor.core.signers import Active, Candidate, Stage
from attestor.rotation.plan import (
    Abandon,
    Action,
    Activate,
    Deactivate,
    Inclusion,
    MakeQuote,
    NewSigner,
    RotationPolicy,
    Situation,
    Submit,
    Wait,
    plan,
)

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


def decide(**changes: Any) -> Action:
    return plan(replace(SITUATION, **changes), POLICY)


def test_plan__no_head__waits() -> None:
    assert decide(window=BlockWindow()) == Wait("no head yet")


def test_plan__nothing_yet__makes_a_signer() -> None:
    assert decide() == NewSigner()


def test_plan__registration_short_from_the_start__is_replaced_at_half_of_its_life() -> None:
    """Near the end of the collateral every registration is short: none is due at once."""
    life = POLICY.expiry_margin
    fresh = Active(OLD, activated_at=NOW, valid_until=NOW + life)
    assert isinstance(decide(active=fresh, attested=frozenset({OLD})), Wait)
    half = Active(OLD, activated_at=NOW - life // 2, valid_until=NOW + life // 2)
    assert decide(active=half, attested=frozenset({OLD})) == NewSigner()


def test_plan__nothing_yet_but_backing_off__waits() -> None:
    assert decide(retry_at=1.0) == Wait("backing off after a failure")


def test_plan__young_signer__waits() -> None:
    assert isinstance(decide(active=YOUNG, attested=frozenset({OLD})), Wait)


def test_plan__signer_of_the_periods_age__is_replaced() -> None:
    almost = replace(AGED, activated_at=NOW - 1799)
    assert isinstance(decide(active=almost, attested=frozenset({OLD})), Wait)
    assert decide(active=AGED, attested=frozenset({OLD})) == NewSigner()


def test_plan__registration_ends_soon__is_replaced() -> None:
    short = replace(YOUNG, activated_at=NOW - 700, valid_until=NOW + 600)
    assert decide(active=short, attested=frozenset({OLD})) == NewSigner()
    longer = replace(short, valid_until=NOW + 601)
    assert isinstance(decide(active=longer, attested=frozenset({OLD})), Wait)


def test_plan__active_not_vouched_for__stops_at_once() -> None:
    action = decide(active=YOUNG)
    assert action == Deactivate(OLD, "the registry does not vouch for it")


def test_plan__active_expired__stops_at_once() -> None:
    gone = replace(YOUNG, valid_until=NOW)
    assert decide(active=gone, attested=frozenset({OLD})) == Deactivate(OLD, "expired")


def test_plan__active_stops_even_while_a_candidate_is_on_its_way() -> None:
    action = decide(active=YOUNG, candidate=SUBMITTED, attested=frozenset({NEW}))
    assert isinstance(action, Deactivate)


def test_plan__created__quotes_a_block_below_the_head() -> None:
    wanted = block(HEAD - 2)
    assert decide(candidate=CREATED) == MakeQuote(NEW, wanted.number, wanted.hash)


def test_plan__created_on_a_young_chain__waits_for_blocks() -> None:
    assert decide(candidate=CREATED, window=window(HEAD, count=2)) == Wait(
        "fewer than 2 blocks are known below the head"
    )


def test_plan__created_and_backing_off__waits() -> None:
    assert isinstance(decide(candidate=CREATED, retry_at=5.0), Wait)


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
    assert isinstance(decide(candidate=candidate), Wait if kept else Abandon)


def test_plan__submitted_and_reorged__is_given_up() -> None:
    candidate = replace(SUBMITTED, reference_hash=b"x" * 32)
    assert decide(candidate=candidate) == Abandon(NEW, "the reference block was reorged out")


def test_plan__included_once__waits_for_confirmations() -> None:
    fresh = Inclusion(HEAD, block(HEAD).hash, succeeded=True)
    action = decide(candidate=SUBMITTED, inclusion=fresh, attested=frozenset({NEW}))
    assert action == Wait("1 of 2 confirmations")


def test_plan__confirmed__activates_and_names_whom_it_replaces() -> None:
    action = decide(
        candidate=SUBMITTED, inclusion=INCLUDED, active=AGED, attested=frozenset({OLD, NEW})
    )
    assert action == Activate(NEW, OLD)


def test_plan__confirmed_without_predecessor__activates() -> None:
    action = decide(candidate=SUBMITTED, inclusion=INCLUDED, attested=frozenset({NEW}))
    assert action == Activate(NEW, None)


def test_plan__included_but_not_vouched_for__is_given_up() -> None:
    action = decide(candidate=SUBMITTED, inclusion=INCLUDED)
    assert action == Abandon(NEW, "included, but the registry does not vouch for it")


def test_plan__reverted__is_given_up() -> None:
    failed = replace(INCLUDED, succeeded=False)
    assert decide(candidate=SUBMITTED, inclusion=failed) == Abandon(NEW, "included, but reverted")


def test_plan__reverted_because_somebody_relayed_it__activates() -> None:
    failed = replace(INCLUDED, succeeded=False)
    action = decide(candidate=SUBMITTED, inclusion=failed, attested=frozenset({NEW}))
    assert action == Activate(NEW, None)


def test_plan__receipt_of_a_dropped_block__is_not_believed() -> None:
    stale = replace(INCLUDED, block_hash=b"x" * 32)
    action = decide(candidate=SUBMITTED, inclusion=stale, attested=frozenset({NEW}))
    assert isinstance(action, Wait)


def test_plan__relayed_and_own_transaction_lost__activates_after_the_window() -> None:
    candidate = replace(SUBMITTED, reference_block=HEAD - 99, reference_hash=block(HEAD - 99).hash)
    assert decide(candidate=candidate, attested=frozenset({NEW})) == Activate(NEW, None)
    assert isinstance(decide(candidate=SUBMITTED, attested=frozenset({NEW})), Wait)
