"""Several attempts of one intent, and what happens between two questions to the node."""

import threading
from typing import Any

import pytest
from unit.transactions.conftest import later

from attestor.core.fees import Fees
from attestor.core.transaction import Intent, Outcome, Purpose, Receipt, SignedTransaction
from attestor.errors import RpcError, TransactionUnconfirmed
from attestor.transactions.pricing import Call
from attestor.transactions.pursuit import Followed
from attestor.transactions.send_state import Pace

INTENT, OTHER = Intent(Purpose.UPLOAD, "upload:1"), Intent(Purpose.UPLOAD, "upload:2")
CALL = Call(b"\x77" * 20, b"one")


def outcomes(log: Any) -> list[Outcome]:
    return [one.outcome for one in log.attempts(INTENT.name)]


def test_follow__older_attempt_is_mined_after_a_newer_was_recorded__is_found(
    manage: Any, chain: Any, log: Any
) -> None:
    chain.includes, manager = False, manage()
    first, second = manager.submit(INTENT, CALL), manager.submit(INTENT, CALL)
    assert first.hash != second.hash
    chain.pool.clear()
    chain.mined.append(b"one")
    chain.receipts[first.hash] = Receipt(first.hash, 8, b"\x08" * 32, True, 90, 7)
    assert manager.follow(INTENT, later(0)) == Followed(chain.receipts[first.hash])
    manager.settle()
    assert outcomes(log) == [Outcome.SUCCEEDED, Outcome.REPLACED]


def test_complete__replacement__is_not_estimated_again(manage: Any, chain: Any, log: Any) -> None:
    """A node may count what is out: then the call is refused, since it is done already."""
    chain.includes, estimates = False, [100]

    def estimate(*given: Any) -> int:
        if not estimates:
            raise RpcError("execution reverted")
        return estimates.pop()

    chain.estimate_gas = estimate
    with pytest.raises(TransactionUnconfirmed):
        manage(pace=Pace(timeout=100.0)).complete(INTENT, CALL)
    first, second = log.attempts(INTENT.name)
    assert first.transaction.gas_limit == second.transaction.gas_limit


def test_complete__nonce_is_gone_when_it_would_be_replaced__no_attempt_with_the_next_one(
    manage: Any, chain: Any, log: Any
) -> None:
    chain.includes, pause = False, chain.pause

    def taken(seconds: float) -> bool:
        if not chain.mined:
            chain.pool.clear()
            chain.mined.append(b"an outsider's")
            # What is offered now would outbid it.
            chain.base_fee, chain.priority_fee = 5 * chain.base_fee, lambda: 50
        return bool(pause(seconds))

    chain.pause = taken
    with pytest.raises(TransactionUnconfirmed):
        manage(pace=Pace(timeout=100.0, send_again=1000.0, replace=5.0)).complete(INTENT, CALL)
    assert len(log.attempts(INTENT.name)) == 1


def test_complete__attempt_whose_bytes_were_not_kept__is_outbid_at_once(
    manage: Any, chain: Any, log: Any
) -> None:
    manager = manage()
    bare = SignedTransaction(b"\x44" * 32, b"", manager.payer, 0, 100, Fees(3, 1))
    log.signed(INTENT, bare)
    assert manager.complete(INTENT, CALL).succeeded
    assert chain.seconds < Pace().send_again
    assert outcomes(log) == [Outcome.REPLACED, Outcome.SUCCEEDED]


def test_submit__two_threads__price_and_send_one_after_the_other(manage: Any, chain: Any) -> None:
    inside, together = threading.Semaphore(1), threading.Event()

    def estimate(*given: Any) -> int:
        if not inside.acquire(blocking=False):
            together.set()
            return 100
        together.wait(0.2)
        inside.release()
        return 100

    chain.estimate_gas, manager = estimate, manage()
    threads = [
        threading.Thread(target=manager.submit, args=(intent, CALL)) for intent in (INTENT, OTHER)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not together.is_set()
    assert chain.sends == 2
