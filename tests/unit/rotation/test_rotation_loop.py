"""The loop, its effects and its history in a made-up world: what happens when things go wrong."""

from typing import Any

import pytest
from unit.rotation.conftest import POLICY

from attestor.audit import verify
from attestor.core import journal
from attestor.errors import (
    AttestorError,
    BlockUnknown,
    DatabaseFailed,
    EndpointsDisagree,
    PayerEmpty,
    QuoteUnavailable,
    RegistrationRejected,
    ReorgTooDeep,
    RpcError,
    RpcUnreachable,
    SignerGone,
)
from attestor.store.journal import entries
from attestor.transactions.settling import SETTLED_DEPTH

pytestmark = pytest.mark.slow

ONE, TWO, THREE = (number.to_bytes(20, "big") for number in (1, 2, 3))


def events(setup: Any) -> list[str]:
    return [entry.event for entry in entries(setup.store)]


def kinds(setup: Any) -> list[str]:
    return [row["kind"] for row in setup.store.rows("SELECT kind FROM registration_requests")]


def test_step__first_head__goes_as_far_as_sending(setup: Any) -> None:
    reason = setup.rotation.step()
    assert reason == "the registration is not included yet"
    submitted = ["signer_created", "quote_made", "registration_requested", "transaction_signed"]
    assert events(setup) == submitted
    assert len(setup.world.pool) == 1


def test_step__confirmed__signs_with_the_new_signer(setup: Any) -> None:
    setup.run(3)
    assert setup.active == ONE == setup.world.signing
    assert events(setup)[-1] == "signer_activated"


def test_cover__at_each_stage__says_who_signs_and_what_is_waited_for(setup: Any) -> None:
    assert not setup.rotation.cover.is_signing
    assert setup.rotation.step() == setup.rotation.cover.reason
    assert not setup.rotation.cover.is_signing
    setup.run(3)
    assert setup.rotation.cover.is_signing
    assert setup.rotation.cover.active.address == ONE


def test_step__before_confirmation__nobody_signs(setup: Any) -> None:
    setup.rotation.step()
    setup.world.mine()
    assert setup.rotation.step() == "1 of 2 confirmations"
    assert setup.world.signing is None


def test_run__several_periods__the_signing_key_is_registered_at_every_block(setup: Any) -> None:
    setup.run(4)
    seen = set()

    def check() -> None:
        signing = setup.world.signing
        assert signing is not None
        assert setup.world.vouches_for(signing)
        seen.add(signing)

    setup.run(120, check)
    assert len(seen) >= 4
    assert setup.world.held == [setup.active], "retired keys are destroyed"


def test_run__several_periods__history_is_sound(setup: Any) -> None:
    setup.run(100)
    assert verify.journal_faults(setup.store) == []
    # Quotes here are made up and do not hash to their names; all else must agree.
    assert [f for f in verify.table_faults(setup.store) if "raw bytes" not in f] == []


def test_step__journal_first__a_failed_send_leaves_the_transaction_on_record(setup: Any) -> None:
    setup.world.faults["send"] = RpcUnreachable("down")
    setup.rotation.step()
    assert "transaction_signed" in events(setup)
    assert setup.world.pool == {}
    del setup.world.faults["send"]
    setup.run(4)
    assert setup.active == ONE
    assert events(setup).count("transaction_signed") == 1


@pytest.mark.parametrize("call", ["head", "receipt", "vouches_for"])
def test_step__node_down__is_noted_once_and_survived(setup: Any, call: str) -> None:
    setup.run(4)
    setup.world.faults[call] = RpcUnreachable("down")
    setup.run(30)
    assert events(setup).count("step_failed") <= 2
    del setup.world.faults[call]
    setup.run(40)
    assert setup.active is not None
    assert setup.active == setup.world.signing


@pytest.mark.parametrize("call", ["quote", "gate", "request", "prepare"])
def test_step__failure_on_the_way__backs_off_and_goes_on(setup: Any, call: str) -> None:
    setup.world.faults[call] = RegistrationRejected("not today")
    setup.rotation.step()
    tries = setup.world.calls.count(call)
    setup.rotation.step()
    assert setup.world.calls.count(call) == tries, "no second try within the back-off"
    setup.world.now += 100
    setup.rotation.step()
    assert setup.world.calls.count(call) == tries + 1
    del setup.world.faults[call]
    setup.world.now += 100
    setup.run(4)
    assert setup.active == ONE
    assert events(setup).count("step_failed") == 1


def test_step__an_admission_is_open__renews_by_one_quote(setup: Any) -> None:
    setup.run(4)
    setup.world.renews = True
    setup.run(40)
    assert setup.active == TWO
    assert setup.world.calls.count("quote") == 2
    assert kinds(setup) == ["admission", "renewal"]


def test_step__history_was_lost_and_an_admission_is_open__an_admissions_quote_tells_it(
    setup: Any,
) -> None:
    setup.world.renews = True
    setup.run(4)
    assert setup.active == ONE
    assert setup.world.calls.count("quote") == 2
    assert kinds(setup) == ["renewal"]


def test_step__no_admission_is_open__is_admitted_by_one_quote(setup: Any) -> None:
    setup.run(40)
    assert setup.active == TWO
    assert setup.world.calls.count("quote") == 2
    assert setup.world.calls.count("gate") == 2
    assert kinds(setup) == ["admission", "admission"]


def test_step__machine_has_a_new_certificate__makes_a_second_quote_for_an_admission(
    setup: Any,
) -> None:
    setup.run(4)
    setup.world.renews = True
    setup.world.certificate_is_new = True
    setup.run(40)
    assert setup.active == TWO
    assert setup.world.calls.count("quote") == 3
    assert kinds(setup) == ["admission", "admission"]


def test_step__admission_ended_after_the_quote__next_signer_is_admitted_at_once(
    setup: Any,
) -> None:
    setup.world.renews = True
    setup.run(4)
    setup.world.faults["prepare"] = PayerEmpty("empty")
    setup.run(30)
    assert setup.stages()[TWO] == "quoted"
    setup.world.renews = False
    del setup.world.faults["prepare"]
    setup.world.now += 100
    setup.run(4)
    assert setup.stages()[TWO] == "abandoned"
    assert setup.active == THREE


def test_step__node_tells_no_buckets__goes_on_without(setup: Any) -> None:
    setup.world.faults["reusable_buckets"] = RpcUnreachable("out of gas")
    setup.run(4)
    assert setup.active == ONE


def test_step__failing_for_long_without_a_signer__is_tried_once_a_block(setup: Any) -> None:
    setup.world.faults["quote"] = QuoteUnavailable("no")
    for _ in range(600):
        setup.world.now += 1
        setup.rotation.step()
    assert 50 <= setup.world.calls.count("quote") <= 56


def test_step__failing_for_long_beside_a_signer__backs_off_to_a_minute_at_most(setup: Any) -> None:
    setup.run(20)
    setup.world.faults["quote"] = QuoteUnavailable("no")
    setup.run(15)
    before = setup.world.calls.count("quote")
    for _ in range(600):
        setup.world.now += 1
        setup.rotation.step()
    assert 10 <= setup.world.calls.count("quote") - before <= 18
    assert setup.world.signing == ONE


@pytest.mark.parametrize(
    "error",
    [
        RpcUnreachable("no"),
        RpcError("internal error"),
        BlockUnknown("header not found"),
        EndpointsDisagree("one says no"),
    ],
)
def test_step__endpoint_fails_in_the_middle__is_asked_again_at_the_next_tick(
    setup: Any, error: AttestorError
) -> None:
    setup.world.faults["quote"] = error
    for _ in range(5):
        setup.rotation.step()
    assert setup.world.calls.count("quote") == 5


def test_step__payer_empty__old_signer_serves_on(setup: Any) -> None:
    setup.run(4)
    setup.world.faults["prepare"] = PayerEmpty("empty")
    setup.run(60)
    assert setup.active == ONE == setup.world.signing
    del setup.world.faults["prepare"]
    setup.run(20)
    assert setup.active is not None
    assert setup.active != ONE


def test_step__quote_grows_stale_while_the_payer_is_empty__is_never_sent(setup: Any) -> None:
    setup.world.faults["prepare"] = PayerEmpty("empty")
    setup.run(90)
    assert setup.stages()[ONE] == "abandoned"
    assert setup.world.pool == {}
    assert setup.store.rows("SELECT * FROM transactions") == []


@pytest.mark.slow
def test_step__given_up_and_no_successor_comes__is_cancelled_and_costs_no_more(setup: Any) -> None:
    """It would revert from now on, and use up the budget of the registrations that are wanted."""
    setup.world.includes = False
    setup.rotation.step()
    setup.world.faults["quote"] = QuoteUnavailable("no")
    setup.run(112)
    assert setup.stages()[ONE] == "abandoned"
    setup.world.includes = True
    setup.run(2)
    purposes = {
        row["outcome"]: row["purpose"]
        for row in setup.store.rows("SELECT outcome, purpose FROM transactions")
    }
    assert purposes == {"replaced": "registration", "succeeded": "cancellation"}
    assert setup.world.registered == {}
    assert verify.journal_faults(setup.store) == []
    del setup.world.faults["quote"]
    setup.world.now += 100
    setup.run(4)
    assert setup.active == setup.world.signing


@pytest.mark.slow
def test_step__never_included__is_outbid_until_another_takes_its_nonce(setup: Any) -> None:
    setup.world.includes = False
    setup.run(105)
    assert setup.stages()[ONE] == "abandoned"
    rows = setup.store.rows("SELECT nonce, max_fee_per_gas FROM transactions ORDER BY rowid")
    fees = [row["max_fee_per_gas"] for row in rows]
    assert {row["nonce"] for row in rows} == {0}
    assert len(fees) > 10
    assert fees == sorted(set(fees))
    setup.world.includes = True
    setup.run(5)
    assert setup.active == TWO
    outcomes = setup.store.rows("SELECT outcome FROM transactions ORDER BY rowid")
    assert [row["outcome"] for row in outcomes].count("succeeded") == 1
    assert {row["outcome"] for row in outcomes} == {"replaced", "succeeded"}


def test_step__reorg_drops_the_registration_before_confirmation__starts_over(setup: Any) -> None:
    setup.rotation.step()
    setup.world.mine()
    setup.rotation.step()
    setup.world.reorg(4)
    setup.run(6)
    assert setup.active is not None
    assert setup.world.vouches_for(setup.active)


def test_step__reorg_drops_the_active_registration__pauses_sends_it_again_and_goes_on(
    setup: Any,
) -> None:
    setup.run(3)
    assert setup.world.signing == ONE
    setup.world.reorg(3)
    setup.rotation.step()
    assert setup.world.signing is None
    assert setup.stages() == {ONE: "paused"}
    assert "registration_reorged" in events(setup)
    setup.run(2)
    assert setup.world.signing == ONE == setup.active
    assert events(setup)[-1] == "signer_resumed"
    assert len(setup.world.prepared) == 1, "the very bytes"
    assert [f for f in verify.table_faults(setup.store) if "raw bytes" not in f] == []


def test_step__restarted_before_a_reorg_is_noted__history_says_it_all_the_same(
    setup: Any,
) -> None:
    """The keys are gone, and the signer is closed: its registration was on the losing branch."""
    setup.run(4)
    assert setup.active == ONE
    setup.world.reorg(5)
    setup.restart()
    setup.run(4)
    assert setup.active == TWO
    assert "registration_reorged" in events(setup)
    assert setup.outcome(ONE) in ("pending", "replaced")


def test_step__reorg_takes_the_reference_block_too__next_signer_succeeds(setup: Any) -> None:
    setup.run(3)
    setup.world.reorg(6)
    setup.rotation.step()
    assert setup.world.signing is None
    setup.run(6)
    assert setup.active == TWO == setup.world.signing
    assert setup.stages()[ONE] == "retired"
    assert setup.world.held == [TWO]


def test_step__registry_revokes_the_active_signer__stops_at_once(setup: Any) -> None:
    setup.run(4)
    del setup.world.registered[ONE]
    setup.world.mine()
    setup.rotation.step()
    assert setup.world.signing is None
    assert setup.stages()[ONE] == "paused"
    setup.run(5)
    assert setup.active == TWO == setup.world.signing


def test_step__registry_cannot_be_asked__the_signer_goes_on(setup: Any) -> None:
    setup.run(4)
    setup.world.faults["at"] = RpcUnreachable("down")
    setup.run(10)
    assert setup.world.signing == ONE


def test_step__each_block_that_shows_the_signer_registered__lets_it_go_on(setup: Any) -> None:
    setup.run(4)
    given = len(setup.world.leases)
    assert setup.world.leases[-1] == (setup.world.blocks[-1].timestamp, POLICY.lease_seconds)
    for _ in range(5):
        setup.rotation.step()
    assert len(setup.world.leases) == given, "once for each block"
    setup.world.mine()
    setup.rotation.step()
    assert len(setup.world.leases) == given + 1


@pytest.mark.parametrize("call", ["head", "at"])
def test_step__nothing_shows_the_signer_registered__its_lease_runs_out(
    setup: Any, call: str
) -> None:
    setup.run(4)
    setup.world.faults[call] = RpcUnreachable("down")
    given = len(setup.world.leases)
    setup.run(3)
    assert len(setup.world.leases) == given


def test_step__owner_makes_the_window_smaller__is_kept_from_the_next_step_on(setup: Any) -> None:
    setup.world.includes = False
    setup.rotation.step()
    setup.world.window_blocks = 10
    setup.run(9)
    assert setup.stages()[ONE] == "abandoned"
    assert list(setup.stages()) == [ONE], "no window that small fits the policy"
    setup.world.window_blocks = 100
    setup.world.includes = True
    setup.run(4)
    assert setup.active == TWO


def test_step__endpoints_disagree_on_the_block__no_quote_binds_it(
    setup: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(setup.world, "agrees", lambda block: False)
    setup.run(3)
    assert "quote" not in setup.world.calls
    monkeypatch.undo()
    setup.run(4)
    assert setup.active == ONE


def test_step__reorg_deeper_than_what_is_remembered__signs_nothing_until_it_is_judged(
    setup: Any,
) -> None:
    setup.run(4)
    setup.world.faults["head"] = ReorgTooDeep("another branch")
    for _ in range(3):
        setup.rotation.step()
    assert setup.world.signing is None
    assert setup.stages() == {ONE: "paused"}
    del setup.world.faults["head"]
    setup.rotation.step()
    assert setup.world.signing == ONE


def test_step__registration_reverts__next_try_waits_ever_longer(setup: Any) -> None:
    """Gas is paid for each: nothing loops on money."""
    setup.world.refuses = True
    setup.run(100)
    tried = len(setup.world.receipts)
    assert 3 <= tried <= 8
    (reason, *_) = setup.store.rows("SELECT reason FROM signers WHERE stage = 'abandoned'")
    assert reason == {"reason": "included, but reverted: AdmissionEnded"}
    assert setup.lost_gas() > 0
    setup.world.refuses = False
    setup.world.now += 3600
    setup.run(6)
    assert setup.active is not None


def test_step__journal_cannot_be_written__no_key_is_left_over(setup: Any, monkeypatch: Any) -> None:
    def full(address: bytes) -> None:
        raise DatabaseFailed("full")

    monkeypatch.setattr(setup.history, "signer_created", full)
    with pytest.raises(DatabaseFailed):
        setup.rotation.step()
    assert setup.world.held == []


def test_step__relayed_by_somebody_else__counts_as_registered(setup: Any) -> None:
    setup.world.includes = False
    setup.rotation.step()
    head = setup.world.blocks[-1]
    setup.world.registered[ONE] = (head.number, head.timestamp + 3600)
    setup.world.includes = True
    setup.run(3)
    assert setup.active == ONE
    assert setup.outcome(ONE) == "reverted"
    assert setup.lost_gas() == 0, "nobody can use up what may be lost by being first"


def test_recover__restart_with_an_active_signer__registers_anew(setup: Any) -> None:
    setup.run(4)
    setup.restart()
    assert setup.active is None
    assert setup.stages()[ONE] == "retired"
    setup.run(4)
    assert setup.active == TWO == setup.world.signing
    assert journal.faults(entries(setup.store)) == []


def test_recover__restart_while_a_registration_is_out__its_outcome_is_still_learnt(
    setup: Any,
) -> None:
    setup.rotation.step()
    setup.restart()
    assert setup.stages()[ONE] == "abandoned"
    setup.run(5)
    assert setup.active == TWO
    setup.run(SETTLED_DEPTH)
    assert setup.outcome(ONE) in ("succeeded", "replaced")


@pytest.mark.parametrize("effects", range(1, 6))
def test_recover__restart_after_any_step__ends_with_one_active_signer(
    setup: Any, effects: int
) -> None:
    setup.run(effects)
    setup.restart()
    setup.restart()
    setup.run(6)
    assert setup.active == setup.world.signing is not None
    assert list(setup.stages().values()).count("active") == 1


@pytest.mark.parametrize("fatal", [SignerGone("gone"), DatabaseFailed("full")])
def test_step__fatal_error__is_raised_and_not_retried(setup: Any, fatal: Exception) -> None:
    setup.world.faults["new_key"] = fatal
    with pytest.raises(type(fatal)):
        setup.rotation.step()
