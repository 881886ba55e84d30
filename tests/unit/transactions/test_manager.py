"""From a call to its receipt: recorded before it is sent, sent again, replaced, settled."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from unit.transactions.conftest import later

from attestor.audit import verify
from attestor.core.transaction import Intent, Outcome, Purpose
from attestor.errors import (
    FeeCapReached,
    PayerBusy,
    RpcError,
    RpcUnreachable,
    TransactionUnconfirmed,
    UploadRejected,
)
from attestor.transactions.lock import AccountLock
from attestor.transactions.log import MemoryLog
from attestor.transactions.pricing import Call
from attestor.transactions.pursuit import Followed
from attestor.transactions.send_state import Pace

TO = b"\x77" * 20
URGENCY = later(0)
INTENT, OTHER = Intent(Purpose.UPLOAD, "upload:1"), Intent(Purpose.UPLOAD, "upload:2")
CALL = Call(TO, b"one")
PAYER = bytes.fromhex("7e5f4552091a69125d5dfcb7b8c2659029395bdf")


def outcomes(log: Any, intent: Intent = INTENT) -> list[Outcome]:
    return [attempt.outcome for attempt in log.attempts(intent.name)]


def test_complete__quiet_chain__one_attempt_and_its_receipt(
    manage: Any, chain: Any, log: Any
) -> None:
    receipt = manage().complete(INTENT, CALL)
    (attempt,) = log.attempts(INTENT.name)
    assert (attempt.hash, attempt.outcome) == (receipt.transaction_hash, Outcome.SUCCEEDED)
    assert (chain.mined, chain.sends) == ([b"one"], 1)


def test_complete__simulation_refuses__nothing_is_recorded_or_sent(
    manage: Any, chain: Any, log: Any
) -> None:
    def refuse(offer: object) -> None:
        raise UploadRejected("not this one")

    with pytest.raises(UploadRejected):
        manage().complete(INTENT, Call(TO, b"one", refuse))
    assert (chain.sends, log.attempts(INTENT.name)) == (0, [])


def test_submit__account_that_another_process_took__is_neither_recorded_nor_sent(
    manage: Any, chain: Any, log: Any, tmp_path: Path
) -> None:
    """Its file was swept away: both would use the same nonces."""
    path = tmp_path / "payer.lock"
    manager = manage(lock=AccountLock(path, "0x7E5F", ""))
    path.unlink()
    with AccountLock(path, "0x7E5F", ""), pytest.raises(PayerBusy, match="sends from 0x7E5F"):
        manager.submit(INTENT, CALL)
    assert (chain.sends, log.attempts(INTENT.name)) == (0, [])
    manager.close()


def test_complete__stuck__second_attempt_is_recorded_and_mined(
    manage: Any, chain: Any, log: Any, store: Any
) -> None:
    chain.base_fee = 100
    manager = manage()
    manager.submit(INTENT, CALL)
    chain.base_fee = 400
    manager.complete(INTENT, CALL)
    assert chain.seconds < 10, "the node said that it is too low: no reason to wait long"
    first, second = log.attempts(INTENT.name)
    assert (first.transaction.nonce, second.transaction.nonce) == (0, 0)
    assert second.transaction.fees.max_fee >= 400
    assert outcomes(log) == [Outcome.REPLACED, Outcome.SUCCEEDED]
    assert chain.mined == [b"one"]
    rows = store.rows("SELECT intent, attempt, nonce, outcome FROM transactions ORDER BY attempt")
    assert [(row["attempt"], row["outcome"]) for row in rows] == [(1, "replaced"), (2, "succeeded")]
    assert verify.journal_faults(store) == verify.table_faults(store) == []


def test_complete__stuck_without_a_word__is_replaced_in_time(
    manage: Any, chain: Any, log: Any
) -> None:
    chain.includes = False
    manager = manage(pace=Pace(replace=60))
    pause = chain.pause

    def until_outbid(seconds: float) -> bool:
        chain.includes = len(log.attempts(INTENT.name)) > 1
        return bool(pause(seconds))

    chain.pause = until_outbid
    manager._timer = chain.timer()
    manager.complete(INTENT, CALL)
    assert outcomes(log) == [Outcome.REPLACED, Outcome.SUCCEEDED]
    assert 60 <= chain.seconds < 65


def test_complete__lost_by_the_node__the_very_bytes_are_sent_again(
    manage: Any, chain: Any, log: Any
) -> None:
    chain.includes = False
    manager = manage(pace=Pace(timeout=30, send_again=10, replace=1000))
    manager.submit(INTENT, CALL)
    chain.pool.clear()
    chain.includes = True
    manager.complete(INTENT, CALL)
    assert outcomes(log) == [Outcome.SUCCEEDED]


def test_complete__never_mined__says_so_and_leaves_it_pending(
    manage: Any, chain: Any, log: Any
) -> None:
    chain.includes = False
    with pytest.raises(TransactionUnconfirmed, match=r"\(attempt 1\) is not mined after 30 s"):
        manage(pace=Pace(timeout=30)).complete(INTENT, CALL)
    assert outcomes(log) == [Outcome.PENDING]


@pytest.mark.slow
def test_complete__cap_leaves_no_room__no_attempt_beyond_it(
    manage: Any, chain: Any, log: Any
) -> None:
    chain.includes = False
    with pytest.raises(TransactionUnconfirmed):
        manage(pace=Pace(timeout=600, replace=10, send_again=10)).complete(INTENT, CALL)
    fees = [attempt.transaction.fees.max_fee for attempt in log.attempts(INTENT.name)]
    assert len(fees) > 2
    assert all(100 * later >= 110 * one for one, later in pairwise(fees))
    assert max(fees) <= 10_000


def test_submit__same_transaction_as_before__is_sent_again_not_recorded_twice(
    manage: Any, chain: Any, log: Any
) -> None:
    manager = manage()
    manager.complete(INTENT, CALL)
    chain.receipts.clear()
    chain.mined.clear()
    receipt = manager.complete(INTENT, CALL)
    (attempt,) = log.attempts(INTENT.name)
    assert attempt.hash == receipt.transaction_hash
    assert chain.mined == [b"one"]


def test_complete__base_fee_above_the_cap__is_refused_unrecorded(
    manage: Any, chain: Any, log: Any
) -> None:
    chain.base_fee = 20_000
    with pytest.raises(FeeCapReached):
        manage().complete(INTENT, CALL)
    assert log.attempts(INTENT.name) == []


def test_complete__nonce_taken_from_outside__gives_up_instead_of_sending_anew(
    manage: Any, chain: Any, log: Any
) -> None:
    chain.includes = False
    manager = manage(pace=Pace(timeout=10_000, send_again=10, replace=50))
    manager.submit(INTENT, CALL)
    pause = chain.pause

    def taken(seconds: float) -> bool:
        if chain.seconds > 5 and not chain.mined:
            chain.pool.clear()
            chain.mined.append(b"an outsider's")
        return bool(pause(seconds))

    chain.pause = taken
    manager._timer = chain.timer()
    with pytest.raises(TransactionUnconfirmed):
        manager.complete(INTENT, CALL)
    assert chain.mined == [b"an outsider's"]
    manager.settle()
    assert outcomes(log) == [Outcome.REPLACED]
    chain.includes = True
    manager.complete(INTENT, CALL)
    assert chain.mined[1:] == [b"one"]


def test_complete__again_after_it_is_done__is_a_new_attempt(
    manage: Any, chain: Any, log: Any
) -> None:
    manager = manage()
    manager.complete(INTENT, CALL)
    manager.complete(INTENT, CALL)
    assert outcomes(log) == [Outcome.SUCCEEDED] * 2
    assert chain.mined == [b"one", b"one"]


def test_submit__another_intent_is_stuck__takes_its_nonce(
    manage: Any, chain: Any, log: Any
) -> None:
    chain.includes = False
    manager = manage()
    manager.submit(INTENT, CALL)
    manager.submit(OTHER, Call(TO, b"two"))
    chain.includes = True
    chain.mine()
    manager.settle()
    assert chain.mined == [b"two"]
    assert (outcomes(log), outcomes(log, OTHER)) == ([Outcome.REPLACED], [Outcome.SUCCEEDED])


@pytest.mark.parametrize("error", [RpcUnreachable("down"), RpcError("txpool is full")])
def test_submit__send_fails__attempt_is_on_record_and_sent_later(
    manage: Any, chain: Any, log: Any, error: Any
) -> None:
    chain.faults["send"] = error
    manager = manage()
    with pytest.raises(type(error)):
        manager.submit(INTENT, CALL)
    assert outcomes(log) == [Outcome.PENDING]
    assert manager.follow(INTENT, URGENCY).fault is error, "a failure to send again is told"
    chain.faults.clear()
    assert manager.follow(INTENT, later(1)) == Followed()
    chain.mine()
    assert manager.follow(INTENT, later(2)).receipt.succeeded
    assert len(log.attempts(INTENT.name)) == 1


def test_memory_log__keeps_as_the_database_does(manage: Any, chain: Any, log: Any) -> None:
    memory = MemoryLog()
    for one in (memory, log):
        chain.includes = False
        manager = manage(one)
        manager.submit(INTENT, CALL)
        manager.submit(OTHER, Call(TO, b"two"))
        chain.includes = True
        chain.mine()
        manager.settle()
    for intent in (INTENT, OTHER):
        assert outcomes(memory, intent) == outcomes(log, intent)
    assert memory.pending(PAYER) == log.pending(PAYER) == []
