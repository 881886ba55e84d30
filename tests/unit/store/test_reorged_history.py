"""What the history says of a signer whose registration a reorganization took away and gave back."""

import pytest
from unit.store.test_history import (
    HEAD,
    ONE,
    PAYER,
    TWO,
    activated,
    events,
    receipt,
    stage,
    submitted,
    transaction_hash,
    transactions_of,
)

from attestor.core import journal as chain
from attestor.core.blocks import Block
from attestor.core.fees import Fees
from attestor.core.registration import Registration
from attestor.core.signers import Active
from attestor.core.text import from_hex, to_hex
from attestor.core.transaction import Outcome, Receipt, SignedTransaction
from attestor.store.database import Store
from attestor.store.history import History
from attestor.store.journal import entries

pytestmark = pytest.mark.slow

LATER = Block(12, b"\x12" * 32, b"\x11" * 32, 1060)
NEWER = Block(13, b"\x13" * 32, b"\x12" * 32, 1072)
REASON = "the registry does not vouch for it"


def test_paused__active_signer__stays_the_active_one_and_keeps_its_stage(
    history: History, store: Store
) -> None:
    activated(history, ONE)
    history.paused(ONE, REASON, LATER)
    assert history.active() == Active(ONE, activated_at=1024, valid_until=4610, paused=True)
    assert stage(store, ONE) == {"stage": "paused", "reason": REASON}
    assert history.candidate() is None
    entry = list(entries(store))[-1]
    assert (entry.event, entry.signer) == ("signer_paused", to_hex(ONE))
    assert entry.evidence == {
        "reason": REASON,
        "block_number": 12,
        "block_hash": to_hex(LATER.hash),
    }
    (row,) = store.rows("SELECT * FROM pauses")
    assert (row["entry"], row["block_number"], row["resumed_at"]) == (entry.sequence, 12, None)


def test_paused__twice__is_noted_once(history: History, store: Store) -> None:
    activated(history, ONE)
    history.paused(ONE, REASON, LATER)
    history.paused(ONE, "another reason", NEWER)
    assert events(store).count("signer_paused") == 1
    assert stage(store, ONE) == {"stage": "paused", "reason": REASON}


@pytest.mark.parametrize("signer", [TWO, b"\x03" * 20])
def test_paused_and_resumed__not_the_active_signer__is_refused(
    history: History, store: Store, signer: bytes
) -> None:
    activated(history, ONE)
    submitted(history, TWO)
    with pytest.raises(ValueError, match="is not the active signer"):
        history.paused(signer, REASON, LATER)
    with pytest.raises(ValueError, match="is not the active signer"):
        history.resumed(signer, LATER)
    assert events(store)[-1] == "transaction_signed"


def test_resumed__paused_signer__signs_again_and_its_end_is_that_of_now(
    history: History, store: Store
) -> None:
    activated(history, ONE)
    history.paused(ONE, REASON, LATER)
    history.resumed(ONE, NEWER, Registration(1060, 4660, b"\x0a" * 32))
    assert history.active() == Active(ONE, activated_at=1024, valid_until=4660, paused=False)
    assert stage(store, ONE) == {"stage": "active", "reason": None}
    (pause,) = store.rows("SELECT * FROM pauses")
    assert (pause["resumed_block"], pause["resumed_block_hash"]) == (13, to_hex(NEWER.hash))
    (row,) = store.rows("SELECT vouched_block, valid_until FROM registrations")
    assert row == {"vouched_block": 13, "valid_until": 4660}


def test_resumed__without_a_pause_or_twice__changes_nothing(history: History, store: Store) -> None:
    activated(history, ONE)
    history.resumed(ONE, LATER)
    assert "signer_resumed" not in events(store)
    history.paused(ONE, REASON, LATER)
    history.resumed(ONE, NEWER)
    history.resumed(ONE, NEWER)
    assert events(store).count("signer_resumed") == 1


def test_paused__again_after_a_resumption__is_another_pause(history: History, store: Store) -> None:
    activated(history, ONE)
    for head in (LATER, NEWER):
        history.paused(ONE, REASON, head)
        history.resumed(ONE, head)
    rows = store.rows("SELECT block_number, resumed_block FROM pauses ORDER BY entry")
    assert rows == [
        {"block_number": 12, "resumed_block": 12},
        {"block_number": 13, "resumed_block": 13},
    ]
    (shown,) = store.rows("SELECT pauses, reorgs, vouched_block FROM registration_history")
    assert shown == {"pauses": 2, "reorgs": 0, "vouched_block": 13}


def test_activated__predecessor_is_paused__is_retired(history: History, store: Store) -> None:
    activated(history, ONE)
    history.paused(ONE, REASON, LATER)
    activated(history, TWO, replaces=ONE)
    active = history.active()
    assert active is not None
    assert (active.address, active.paused) == (TWO, False)
    assert stage(store, ONE) == {"stage": "retired", "reason": f"replaced by {to_hex(TWO)}"}


def test_retired__paused_signer__leaves_nobody(history: History, store: Store) -> None:
    activated(history, ONE)
    history.paused(ONE, REASON, LATER)
    history.retired(ONE, "expired")
    assert history.active() is None
    assert stage(store, ONE) == {"stage": "retired", "reason": "expired"}


def test_reorged__mined_registration__is_pending_again_and_the_lost_block_is_kept(
    history: History, store: Store
) -> None:
    activated(history, ONE)
    history.reorged(transaction_hash(ONE), LATER)
    (attempt,) = transactions_of(history).pending(PAYER)
    assert (attempt.outcome, attempt.receipt) == (Outcome.PENDING, None)
    entry = list(entries(store))[-1]
    assert (entry.event, entry.signer) == ("registration_reorged", to_hex(ONE))
    assert entry.evidence == {
        "transaction_hash": to_hex(transaction_hash(ONE)),
        "block_number": 8,
        "block_hash": to_hex(b"\x08" * 32),
        "head_number": 12,
        "head_hash": to_hex(LATER.hash),
    }


def test_reorged__second_time__changes_nothing_until_it_was_mined_again(
    history: History, store: Store
) -> None:
    activated(history, ONE)
    history.reorged(transaction_hash(ONE), LATER)
    history.reorged(transaction_hash(ONE), NEWER)
    assert events(store).count("registration_reorged") == 1
    transactions_of(history).mined(receipt(ONE))
    history.reorged(transaction_hash(ONE), NEWER)
    assert events(store).count("registration_reorged") == 2
    (shown,) = store.rows("SELECT reorgs, outcome FROM registration_history")
    assert shown == {"reorgs": 2, "outcome": "pending"}


def test_reorged__registered_by_anothers_transaction__has_no_block_of_ours(
    history: History, store: Store
) -> None:
    submitted(history, ONE)
    history.reorged(transaction_hash(ONE), LATER)
    (row,) = store.rows("SELECT block_number, block_hash FROM reorged_registrations")
    assert row == {"block_number": None, "block_hash": None}


def test_reorged__transaction_of_no_registration__is_refused(history: History) -> None:
    with pytest.raises(ValueError, match="no registration is known"):
        history.reorged(b"\x77" * 32, LATER)


def test_resumed__another_attempt_was_mined__the_registration_names_it(
    history: History, store: Store
) -> None:
    activated(history, ONE)
    history.paused(ONE, REASON, LATER)
    history.reorged(transaction_hash(ONE), LATER)
    request = history.request(ONE)
    assert request is not None
    again = SignedTransaction(b"\x55" * 32, b"raw", PAYER, 0, 1, Fees(60, 4))
    transactions_of(history).signed(request.intent, again)
    transactions_of(history).mined(Receipt(again.hash, 13, NEWER.hash, True, 91_000, 12))
    history.resumed(ONE, NEWER)
    (row,) = store.rows("SELECT transaction_hash, block_number, block_hash FROM registrations")
    assert from_hex(row["transaction_hash"]) == again.hash
    assert (row["block_number"], from_hex(row["block_hash"])) == (13, NEWER.hash)
    assert list(entries(store))[-1].evidence["transaction_hash"] == to_hex(again.hash)
    assert chain.faults(entries(store)) == []


def test_paused__database_from_before__may_be_paused_too(history: History, store: Store) -> None:
    """Registrations of earlier versions have no block in which they were vouched for."""
    activated(history, ONE)
    with store.transaction():
        store.update("registrations", to_hex(ONE), vouched_block=None, vouched_block_hash=None)
    history.paused(ONE, REASON, HEAD)
    active = history.active()
    assert active is not None
    assert active.paused
