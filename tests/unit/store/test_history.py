"""A signer's way through the tables, and what the journal says of it."""

import json
from functools import partial
from typing import Any

import pytest

from attestor.core import journal as chain
from attestor.core.blocks import Block
from attestor.core.fees import Fees
from attestor.core.registration import Quoted, Registration, RegistrationKind
from attestor.core.signers import Active, Candidate, Stage
from attestor.core.text import to_hex
from attestor.core.transaction import Attempt, Purpose, Receipt, SignedTransaction
from attestor.errors import DatabaseFailed
from attestor.store.database import Store
from attestor.store.history import History
from attestor.store.journal import entries
from attestor.store.signers import RegistrationRequest
from attestor.store.transactions import Transactions

ONE, TWO, PAYER = b"\x01" * 20, b"\x02" * 20, b"\x09" * 20
HEAD = Block(9, b"\x09" * 32, b"\x08" * 32, 1024)


def quote_hash(signer: bytes) -> bytes:
    return signer[:1] * 32


def transaction_hash(signer: bytes) -> bytes:
    return bytes([signer[0] + 16]) * 32


def quoted(history: History, signer: bytes) -> Quoted:
    history.signer_created(signer)
    made = Quoted(
        hash=quote_hash(signer),
        raw=b"raw" + signer,
        signer=signer,
        reference_block=7,
        reference_hash=b"\x07" * 32,
        measurement=b"\x0a" * 32,
        deadline=2000,
        possession=b"possession",
        provider="sim",
        simulated=True,
        tcb_status="UpToDate",
        collateral=b"\x0c" * 32,
    )
    history.quote_made(made)
    return made


def submitted(history: History, signer: bytes) -> Attempt:
    request = RegistrationRequest.of(quoted(history, signer), RegistrationKind.RENEWAL)
    sent = SignedTransaction(transaction_hash(signer), b"raw tx", PAYER, 0, 100_000, Fees(30, 2))
    note = partial(history.requested, request, b"")
    return transactions_of(history).signed(request.intent, sent, note)


def transactions_of(history: History) -> Transactions:
    return Transactions(history._store, history._journal)


def receipt(signer: bytes) -> Receipt:
    return Receipt(transaction_hash(signer), 8, b"\x08" * 32, True, 90_000, 12)


def activated(history: History, signer: bytes, replaces: bytes | None = None) -> None:
    intent = submitted(history, signer).intent
    transactions_of(history).mined(receipt(signer))
    (attempt,) = transactions_of(history).attempts(intent)
    history.activated(attempt, replaces, Registration(1010, 4610, b"\x0a" * 32), HEAD)


def events(store: Store) -> list[str]:
    return [entry.event for entry in entries(store)]


def stage(store: Store, signer: bytes) -> dict[str, Any] | None:
    return store.row("SELECT stage, reason FROM signers WHERE address = ?", to_hex(signer))


def test_history__empty__knows_nobody(history: History) -> None:
    assert history.candidate() is None
    assert history.active() is None


def test_signer_created__is_the_candidate(history: History, store: Store) -> None:
    history.signer_created(ONE)
    assert history.candidate() == Candidate(ONE, Stage.CREATED)
    assert events(store) == ["signer_created"]


def test_signer_created__twice__is_refused(history: History, store: Store) -> None:
    history.signer_created(ONE)
    with pytest.raises(DatabaseFailed):
        history.signer_created(ONE)
    assert events(store) == ["signer_created"]


def test_quote_made__candidate_carries_its_block(history: History, store: Store) -> None:
    quoted(history, ONE)
    assert history.candidate() == Candidate(ONE, Stage.QUOTED, 7, b"\x07" * 32)
    evidence = list(entries(store))[-1].evidence
    assert evidence["hash"] == to_hex(quote_hash(ONE))
    assert evidence["simulated"] == 1
    assert evidence["collateral"] == to_hex(b"\x0c" * 32)
    assert "raw" not in evidence


def test_quote__of_a_signer__comes_back_as_it_was_made(history: History) -> None:
    made = quoted(history, ONE)
    assert history.quote(ONE) == made
    assert history.newest_quote() == made.raw
    assert history.quote(TWO) is None


def test_requested__submits_the_candidate_with_its_transaction(
    history: History, store: Store
) -> None:
    attempt = submitted(history, ONE)
    assert history.candidate() == Candidate(ONE, Stage.SUBMITTED, 7, b"\x07" * 32)
    request = history.request(ONE)
    assert request is not None
    assert (request.intent.name, request.kind) == (attempt.intent, RegistrationKind.RENEWAL)
    assert request.intent.signer == ONE
    assert events(store)[-2:] == ["registration_requested", "transaction_signed"]
    assert list(entries(store))[-1].signer == to_hex(ONE)


def test_requested__second_attempt__is_recorded_under_the_same_request(
    history: History, store: Store
) -> None:
    submitted(history, ONE)
    request = history.request(ONE)
    assert request is not None
    again = SignedTransaction(b"\x55" * 32, b"", PAYER, 0, 1, Fees(60, 4))
    second = transactions_of(history).signed(
        request.intent, again, partial(history.requested, request, b"")
    )
    assert second.number == 2
    assert events(store).count("registration_requested") == 1
    (row,) = store.rows("SELECT attempts, transaction_hash FROM registration_history")
    assert row == {"attempts": 2, "transaction_hash": to_hex(again.hash)}


def test_activated__is_the_active_signer(history: History, store: Store) -> None:
    activated(history, ONE)
    assert history.active() == Active(ONE, activated_at=1024, valid_until=4610)
    assert history.candidate() is None
    evidence = list(entries(store))[-1].evidence
    assert evidence == {
        "quote": to_hex(quote_hash(ONE)),
        "transaction_hash": to_hex(transaction_hash(ONE)),
        "block_number": 8,
        "block_hash": to_hex(b"\x08" * 32),
        "valid_until": 4610,
        "vouched_block": 9,
        "vouched_block_hash": to_hex(HEAD.hash),
    }


def test_activated__successor__retires_the_one_before_in_the_same_step(
    history: History, store: Store
) -> None:
    activated(history, ONE)
    activated(history, TWO, replaces=ONE)
    active = history.active()
    assert active is not None
    assert active.address == TWO
    assert stage(store, ONE) == {"stage": "retired", "reason": f"replaced by {to_hex(TWO)}"}
    assert events(store)[-2:] == ["signer_retired", "signer_activated"]
    row = store.row("SELECT retired_at FROM registrations WHERE signer = ?", to_hex(ONE))
    assert row is not None
    assert row["retired_at"] is not None


def test_activated__while_another_is_active__is_impossible(history: History) -> None:
    activated(history, ONE)
    with pytest.raises(DatabaseFailed, match="UNIQUE"):
        activated(history, TWO, replaces=None)
    active = history.active()
    assert active is not None
    assert active.address == ONE


def test_activated__never_requested__is_refused(history: History) -> None:
    history.signer_created(ONE)
    sent = SignedTransaction(b"\x55" * 32, b"", PAYER, 0, 1, Fees(60, 4))
    attempt = Attempt("nothing", Purpose.REGISTRATION, 1, sent)
    with pytest.raises(ValueError, match="never requested"):
        history.activated(attempt, None, Registration(1, 2, b""), HEAD)


def test_retired__without_successor__leaves_nobody(history: History, store: Store) -> None:
    activated(history, ONE)
    history.retired(ONE, "expired")
    assert history.active() is None
    assert stage(store, ONE) == {"stage": "retired", "reason": "expired"}


def test_abandoned__candidate_is_gone_with_its_reason(history: History, store: Store) -> None:
    submitted(history, ONE)
    history.abandoned(ONE, "reorged out")
    assert history.candidate() is None
    assert stage(store, ONE) == {"stage": "abandoned", "reason": "reorged out"}
    assert transactions_of(history).pending(PAYER), "its transaction may still be mined"


def test_candidate__several_left_open__newest_first(history: History) -> None:
    history.signer_created(ONE)
    history.signer_created(TWO)
    found = history.candidate()
    assert found is not None
    assert found.address == TWO


def test_newest__wall_clock_was_set_back__is_what_was_written_last(
    history: History, clock: Any
) -> None:
    submitted(history, ONE)
    clock.now -= 3600
    made = quoted(history, TWO)
    found = history.candidate()
    assert found is not None
    assert found.address == TWO
    assert history.newest_quote() == made.raw
    clock.now -= 3600
    sent = SignedTransaction(b"\x55" * 32, b"raw", PAYER, 1, 1, Fees(60, 4))
    request = RegistrationRequest.of(made, RegistrationKind.RENEWAL)
    note = partial(history.requested, request, b"")
    transactions_of(history).signed(request.intent, sent, note)
    pending = transactions_of(history).pending(PAYER)
    assert [attempt.hash for attempt in pending] == [transaction_hash(ONE), sent.hash]


def test_step_failed__is_journaled_with_its_code(history: History, store: Store) -> None:
    history.step_failed(None, "follow", "rpc_unreachable", "no answer")
    entry = list(entries(store))[-1]
    assert (entry.event, entry.signer) == ("step_failed", None)
    assert entry.evidence == {"step": "follow", "code": "rpc_unreachable", "message": "no answer"}


def test_journal__whole_life__is_an_unbroken_chain(history: History, store: Store) -> None:
    activated(history, ONE)
    activated(history, TWO, replaces=ONE)
    history.retired(TWO, "stop")
    assert chain.faults(entries(store)) == []
    assert len(events(store)) == 14


def test_registration_history__view__has_one_row_per_signer(history: History, store: Store) -> None:
    activated(history, ONE)
    quoted(history, TWO)
    rows = store.rows("SELECT * FROM registration_history")
    assert [(row["signer"], row["stage"], row["gas_used"]) for row in rows] == [
        (to_hex(ONE), "active", 90_000),
        (to_hex(TWO), "quoted", None),
    ]
    assert json.dumps(rows), "the view holds nothing but plain values"
