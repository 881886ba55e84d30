"""A signer's way through the tables, and what the journal says of it."""

import json
from typing import Any

import pytest

from attestor.core import journal as chain
from attestor.core.blocks import Block
from attestor.core.fees import Fees
from attestor.core.registration import Registration, RegistrationKind
from attestor.core.signers import Active, Candidate, Stage
from attestor.core.text import to_hex
from attestor.core.transaction import Pending, Receipt, SignedTransaction
from attestor.errors import DatabaseFailed
from attestor.store.database import Store
from attestor.store.history import History
from attestor.store.journal import entries

ONE, TWO, PAYER = b"\x01" * 20, b"\x02" * 20, b"\x09" * 20
REFERENCE = Block(7, b"\x07" * 32, b"\x06" * 32, 1000)
HEAD = Block(9, b"\x09" * 32, b"\x08" * 32, 1024)


def quote_hash(signer: bytes) -> bytes:
    return signer[:1] * 32


def transaction_hash(signer: bytes) -> bytes:
    return bytes([signer[0] + 16]) * 32


def quoted(history: History, signer: bytes) -> None:
    history.signer_created(signer)
    history.quote_made(
        signer,
        REFERENCE,
        b"raw" + signer,
        quote_hash(signer),
        b"\x0a" * 32,
        "sim",
        True,
        "UpToDate",
        deadline=2000,
        possession=b"possession",
    )


def submitted(history: History, signer: bytes, nonce: int = 0) -> None:
    quoted(history, signer)
    signed = SignedTransaction(
        transaction_hash(signer), b"raw tx", PAYER, nonce, 100_000, Fees(30, 2)
    )
    history.transaction_signed(
        signer, to_hex(quote_hash(signer)), RegistrationKind.RENEWAL, b"", signed
    )


def receipt(signer: bytes, **changes: Any) -> Receipt:
    fields = {
        "transaction_hash": transaction_hash(signer),
        "block_number": 8,
        "block_hash": b"\x08" * 32,
        "succeeded": True,
        "gas_used": 90_000,
        "effective_gas_price": 12,
        **changes,
    }
    return Receipt(**fields)


def activated(history: History, signer: bytes, replaces: bytes | None = None) -> None:
    submitted(history, signer)
    history.transaction_mined(receipt(signer))
    history.activated(signer, replaces, Registration(1010, 4610, b"\x0a" * 32), HEAD)


def events(store: Store) -> list[str]:
    return [entry.event for entry in entries(store)]


def stage(store: Store, signer: bytes) -> dict[str, Any] | None:
    return store.row("SELECT stage, reason FROM signers WHERE address = ?", to_hex(signer))


def test_history__empty__knows_nobody(history: History) -> None:
    assert history.candidate() is None
    assert history.active() is None
    assert history.pending(PAYER) == []


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
    assert "raw" not in evidence


def test_transaction_signed__is_pending_before_it_is_sent(history: History) -> None:
    submitted(history, ONE, nonce=4)
    assert history.candidate() == Candidate(ONE, Stage.SUBMITTED, 7, b"\x07" * 32)
    assert history.pending(PAYER) == [Pending(transaction_hash(ONE), 4, Fees(30, 2))]
    assert history.pending(b"\x08" * 20) == []


def test_transaction_signed__second_for_a_signer__is_refused(history: History) -> None:
    submitted(history, ONE)
    again = SignedTransaction(b"\x55" * 32, b"", PAYER, 1, 1, Fees(1, 1))
    with pytest.raises(DatabaseFailed, match="UNIQUE"):
        history.transaction_signed(
            ONE, to_hex(quote_hash(ONE)), RegistrationKind.RENEWAL, b"", again
        )


def test_transaction_mined__same_receipt_again__adds_nothing(
    history: History, store: Store
) -> None:
    submitted(history, ONE)
    history.transaction_mined(receipt(ONE))
    history.transaction_mined(receipt(ONE))
    assert events(store).count("transaction_mined") == 1
    assert history.pending(PAYER) == []


def test_transaction_mined__in_another_block_after_a_reorg__is_noted(
    history: History, store: Store
) -> None:
    submitted(history, ONE)
    history.transaction_mined(receipt(ONE))
    history.transaction_mined(receipt(ONE, block_number=9, block_hash=b"\x99" * 32))
    assert events(store).count("transaction_mined") == 2
    row = history.transaction(ONE)
    assert row is not None
    assert (row["block_number"], row["block_hash"]) == (9, "0x" + "99" * 32)


def test_transaction_mined__unknown_transaction__is_ignored(history: History, store: Store) -> None:
    history.transaction_mined(receipt(ONE))
    assert events(store) == []


def test_transaction_replaced__is_no_longer_pending(history: History, store: Store) -> None:
    submitted(history, ONE)
    history.transaction_replaced(transaction_hash(ONE))
    assert history.pending(PAYER) == []
    assert list(entries(store))[-1].signer == to_hex(ONE)


def test_activated__is_the_active_signer(history: History, store: Store) -> None:
    activated(history, ONE)
    assert history.active() == Active(ONE, activated_at=1024, valid_until=4610)
    assert history.candidate() is None
    evidence = list(entries(store))[-1].evidence
    assert evidence == {
        "quote": to_hex(quote_hash(ONE)),
        "transaction_hash": to_hex(transaction_hash(ONE)),
        "block_number": 8,
        "valid_until": 4610,
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


def test_activated__never_submitted__is_refused(history: History) -> None:
    history.signer_created(ONE)
    with pytest.raises(ValueError, match="never submitted"):
        history.activated(ONE, None, Registration(1, 2, b""), HEAD)


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
    assert history.pending(PAYER), "its transaction may still be mined"


def test_candidate__several_left_open__newest_first(history: History) -> None:
    history.signer_created(ONE)
    history.signer_created(TWO)
    found = history.candidate()
    assert found is not None
    assert found.address == TWO


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
    assert len(events(store)) == 12


def test_registration_history__view__has_one_row_per_signer(history: History, store: Store) -> None:
    activated(history, ONE)
    quoted(history, TWO)
    rows = store.rows("SELECT * FROM registration_history")
    assert [(row["signer"], row["stage"], row["gas_used"]) for row in rows] == [
        (to_hex(ONE), "active", 90_000),
        (to_hex(TWO), "quoted", None),
    ]
    assert json.dumps(rows), "the view holds nothing but plain values"
