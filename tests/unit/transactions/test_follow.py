"""An intent that is looked at from block to block, without waiting for it."""

from dataclasses import replace
from typing import Any

import pytest
from unit.transactions.conftest import later

from attestor.core.fees import Fees
from attestor.core.transaction import Intent, Outcome, Purpose, Receipt
from attestor.errors import FeeCapReached, RpcError, RpcUnreachable
from attestor.transactions.pricing import Call, call_of
from attestor.transactions.pursuit import Followed
from attestor.transactions.replacement import PATIENCE_BLOCKS, is_stuck, outbids

TO = b"\x77" * 20
INTENT, OTHER = Intent(Purpose.UPLOAD, "upload:1"), Intent(Purpose.UPLOAD, "upload:2")
CALL = Call(TO, b"one")


@pytest.fixture
def sent(manage: Any, chain: Any) -> Any:
    """A manager whose transaction is out and not mined."""
    chain.includes = False
    manager = manage()
    manager.submit(INTENT, CALL)
    return manager


def nonces(log: Any) -> list[int]:
    return [attempt.transaction.nonce for attempt in log.attempts(INTENT.name)]


def test_follow__nothing_was_sent__is_none(manage: Any, chain: Any) -> None:
    assert manage().follow(INTENT, later(0)) == Followed()
    assert chain.sends == 0


def test_follow__mined_then_reorged_out__is_sent_again(manage: Any, chain: Any, log: Any) -> None:
    manager = manage()
    manager.complete(INTENT, CALL)
    chain.receipts.clear()
    chain.mined.clear()
    assert manager.follow(INTENT, later(0)) == Followed()
    chain.mine()
    assert manager.follow(INTENT, later(1)).receipt.succeeded
    assert len(log.attempts(INTENT.name)) == 1, "the very bytes"


def test_follow__each_block__it_is_sent_once(sent: Any, chain: Any) -> None:
    before = chain.sends
    for block in (0, 0, 0, 1, 1):
        sent.follow(INTENT, later(block))
    assert chain.sends == before + 2


def test_follow__base_fee_above_its_offer__is_outbid_at_once(
    sent: Any, chain: Any, log: Any
) -> None:
    chain.base_fee = 400
    assert sent.follow(INTENT, later(0, base_fee=400)) == Followed()
    first, second = log.attempts(INTENT.name)
    assert first.transaction.nonce == second.transaction.nonce == 0
    assert second.transaction.fees.max_fee >= 400
    assert chain.pool[0][0] == second.hash


def test_follow__not_included_for_blocks__is_outbid_and_then_again(
    sent: Any, chain: Any, log: Any
) -> None:
    for block in range(2 * PATIENCE_BLOCKS + 1):
        sent.follow(INTENT, later(block))
    offers = [attempt.transaction.fees for attempt in log.attempts(INTENT.name)]
    assert len(offers) == 3
    assert outbids(offers[1], offers[0])
    assert outbids(offers[2], offers[1])


def test_follow__few_blocks_left__is_outbid_in_each(sent: Any, log: Any) -> None:
    for block in range(4):
        sent.follow(INTENT, later(block, left=4 - block))
    assert len(log.attempts(INTENT.name)) == 4


def test_follow__at_the_cap__what_is_out_stays_and_the_reason_is_told(
    sent: Any, chain: Any, log: Any
) -> None:
    chain.base_fee = 20_000
    followed = sent.follow(INTENT, later(0, base_fee=20_000))
    assert isinstance(followed.fault, FeeCapReached)
    assert len(log.attempts(INTENT.name)) == 1


def test_follow__nonce_taken_from_outside__same_call_with_the_next_nonce(
    sent: Any, chain: Any, log: Any
) -> None:
    chain.pool.clear()
    chain.mined.append(b"somebody else's")
    chain.includes = True
    assert sent.follow(INTENT, later(0)) == Followed()
    assert nonces(log) == [0, 1]
    chain.mine()
    assert sent.follow(INTENT, later(1)).receipt.succeeded
    assert chain.mined == [b"somebody else's", b"one"]


def test_follow__nonce_given_back_by_a_reorg__the_very_transaction_is_sent_again(
    sent: Any, chain: Any, log: Any
) -> None:
    """Signing is deterministic: it is on record, and is no other attempt."""
    chain.pool.clear()
    chain.mined.append(b"somebody else's")
    sent.follow(INTENT, later(0))
    sent.settle()
    assert nonces(log) == [0, 1]
    chain.mined.clear()
    chain.pool.clear()
    recorded = log.signed

    def signed(intent: Any, transaction: Any, note: Any) -> Any:
        """As the database, which has a transaction once."""
        assert transaction.hash not in {one.hash for one in log.attempts(intent.name)}
        return recorded(intent, transaction, note)

    log.signed = signed
    for block in range(1, PATIENCE_BLOCKS + 3):
        assert sent.follow(INTENT, later(block)) == Followed()
    assert chain.pool[0][0] == log.attempts(INTENT.name)[0].hash
    assert log.attempts(INTENT.name)[0].outcome is Outcome.PENDING, "it was recorded as replaced"


def test_follow__nonce_taken_and_the_call_would_fail__is_not_paid_for(
    sent: Any, chain: Any, log: Any
) -> None:
    """Registered already, by a transaction whose receipt no node shows yet."""
    chain.mined.append(b"somebody else's")
    chain.faults["call"] = refused = RpcError("execution reverted")
    assert sent.follow(INTENT, later(0)).fault is refused
    assert nonces(log) == [0]


def test_follow__mined_and_nodes_lag__is_not_paid_for_twice(
    sent: Any, chain: Any, log: Any
) -> None:
    """Of the nodes behind one endpoint one has no receipt yet, one has the nonce, and one would let
    the same call through once more: only the head's own block says what is so."""
    chain.includes = True
    chain.mine()
    chain.receipts.clear()

    def call(to: bytes, calldata: bytes, sender: bytes, at: bytes | None = None) -> bytes:
        if at == later(0).head.hash:
            raise RpcError("execution reverted: registered")
        return b""

    chain.call = call
    fault = sent.follow(INTENT, later(0)).fault
    assert fault is not None
    assert "registered" in fault.message
    assert nonces(log) == [0]


def test_follow__mined_since_its_receipt_was_asked_for__nothing_has_the_next_nonce(
    sent: Any, chain: Any, log: Any
) -> None:
    """A node that takes the next block in may tell that block's nonce for the head."""
    asked = chain.nonce

    def nonce(account: bytes, at: bytes | None = None) -> int:
        chain.includes = True
        chain.mine()
        return int(asked(account))

    chain.nonce = nonce
    assert sent.follow(INTENT, later(0)) == Followed()
    assert nonces(log) == [0]
    assert sent.follow(INTENT, later(1)).receipt is not None


def test_follow__nonce_of_the_next_block_told_for_the_head__nothing_has_the_next_nonce(
    sent: Any, chain: Any, log: Any
) -> None:
    """And the receipt is not there yet."""
    told = iter([1])
    chain.nonce = lambda account, at=None: next(told, 0)
    assert sent.follow(INTENT, later(0)) == Followed()
    assert nonces(log) == [0]


def test_follow__mined_while_it_is_outbid__nothing_has_the_next_nonce(
    sent: Any, chain: Any, log: Any
) -> None:
    """By the head it is out still; the node that is asked next has its nonce as used already."""
    chain.nonce = lambda account, at=None: 0 if at else 1
    chain.base_fee = 400
    sent.follow(INTENT, later(0, base_fee=400))
    assert nonces(log) == [0, 0]


def test_follow__nonce_after_one_that_never_comes__is_signed_anew(
    manage: Any, chain: Any, log: Any
) -> None:
    chain.includes = False
    chain.told_nonce = 7
    manager = manage()
    manager.submit(INTENT, CALL)
    chain.told_nonce = None
    for block in range(PATIENCE_BLOCKS):
        manager.follow(INTENT, later(block))
    assert nonces(log) == [7], "a node may lag: no haste"
    manager.follow(INTENT, later(PATIENCE_BLOCKS))
    assert nonces(log) == [7, 0]


def test_follow__nonce_after_others_of_ours__waits_for_them(
    sent: Any, chain: Any, log: Any
) -> None:
    chain.told_nonce = 1
    sent.submit(OTHER, Call(TO, b"two"))
    chain.told_nonce = None
    for block in range(PATIENCE_BLOCKS + 1):
        sent.follow(OTHER, later(block))
    (first, *later_ones) = log.attempts(OTHER.name)
    assert {attempt.transaction.nonce for attempt in (first, *later_ones)} == {1}


def test_follow__own_first_nonce_given_back_by_a_reorg__is_taken_again(
    sent: Any, chain: Any, log: Any
) -> None:
    """The second attempt would wait for the first, which nobody sends any more."""
    chain.told_nonce = 1
    sent.follow(INTENT, later(0))
    assert nonces(log) == [0, 1]
    chain.told_nonce = None
    for block in range(PATIENCE_BLOCKS + 2):
        sent.follow(INTENT, later(1 + block))
    assert nonces(log)[-1] == 0


def test_follow__receipt_cannot_be_asked_for__raises(sent: Any, chain: Any) -> None:
    chain.faults["receipt"] = RpcUnreachable("down")
    with pytest.raises(RpcUnreachable):
        sent.follow(INTENT, later(0))


@pytest.mark.parametrize("succeeded", [True, False])
def test_follow__receipt_of_one_endpoint_against_the_others__it_is_sent_on(
    sent: Any, chain: Any, log: Any, succeeded: bool
) -> None:
    """What is not mined would be taken for reverted, its signer given up, its transaction
    cancelled."""
    (out,) = log.attempts(INTENT.name)
    chain.receipts[out.hash] = Receipt(out.hash, 8, b"\x08" * 32, succeeded, 90, 7)
    chain.confirms = lambda receipt, of_all=False: False
    before = chain.sends
    sent.settle()
    assert sent.follow(INTENT, replace(later(0), doubts=True)) == Followed()
    assert chain.sends == before + 1
    assert [one.outcome for one in log.attempts(INTENT.name)] == [Outcome.PENDING]
    assert sent.follow(INTENT, later(1)).receipt is not None, "the registry says so too"


def test_follow__replaced_attempts__count_as_settled_once_one_is_mined(
    sent: Any, chain: Any, log: Any
) -> None:
    chain.base_fee = 400
    sent.follow(INTENT, later(0, base_fee=400))
    chain.includes = True
    chain.mine()
    assert sent.follow(INTENT, later(1)).receipt is not None
    sent.settle()
    outcomes = [attempt.outcome for attempt in log.attempts(INTENT.name)]
    assert outcomes == [Outcome.REPLACED, Outcome.SUCCEEDED]


def test_call_of__signed_transaction__is_what_was_asked_for(sent: Any, log: Any) -> None:
    (attempt,) = log.attempts(INTENT.name)
    assert call_of(attempt.transaction) == CALL


@pytest.mark.parametrize(
    ("base_fee", "waited", "left", "expected"),
    [
        (100, 0, 100, False),
        (201, 0, 100, True),
        (100, 2, 100, False),
        (100, 3, 100, True),
        (100, 1, 16, False),
        (100, 1, 15, True),
        (100, 0, 0, False),
    ],
)
def test_is_stuck__price_and_patience__decide(
    base_fee: int, waited: int, left: int, expected: bool
) -> None:
    assert is_stuck(Fees(200, 10), base_fee, waited, left) is expected
