"""What nobody wants any more, and could still be mined."""

from typing import Any

import pytest

from attestor.core.blocks import Block
from attestor.core.transaction import Intent, Outcome, Purpose
from attestor.errors import RpcError
from attestor.transactions.canceller import PATIENCE_BLOCKS
from attestor.transactions.pricing import Call

pytestmark = pytest.mark.slow

TO = b"\x77" * 20
INTENT, OTHER = (Intent(Purpose.REGISTRATION, f"renewal:{number}") for number in (1, 2))
CALL = Call(TO, b"one")


def head(number: int, base_fee: int = 100) -> Block:
    return Block(7 + number, bytes(32), bytes(32), 1000 + number, base_fee)


def cancel(manager: Any, blocks: int, *wanted: str, first: int = 0) -> list[Any]:
    """At each of so many blocks."""
    return [manager.cancel(wanted, head(first + number)) for number in range(blocks)]


@pytest.fixture
def sent(manage: Any, chain: Any) -> Any:
    """A manager whose transaction is out and not mined."""
    chain.includes = False
    manager = manage()
    manager.submit(INTENT, CALL)
    return manager


def test_cancel__given_up_for_some_blocks__an_empty_transaction_takes_the_nonce(
    sent: Any, chain: Any, log: Any
) -> None:
    *before, attempt = cancel(sent, PATIENCE_BLOCKS + 1)
    assert before == [None] * PATIENCE_BLOCKS
    assert attempt.purpose is Purpose.CANCELLATION
    chain.includes = True
    chain.mine()
    sent.settle()
    assert chain.mined == [b""]
    assert [one.outcome for one in log.attempts(INTENT.name)] == [Outcome.REPLACED]
    assert [one.outcome for one in log.attempts(attempt.intent)] == [Outcome.SUCCEEDED]
    assert cancel(sent, 10) == [None] * 10


def test_cancel__wanted__is_left_alone(sent: Any, chain: Any) -> None:
    sends = chain.sends
    assert cancel(sent, 20, INTENT.name) == [None] * 20
    assert chain.sends == sends


def test_cancel__next_registration_takes_the_nonce__nothing_is_paid_for_it(
    sent: Any, log: Any
) -> None:
    cancel(sent, PATIENCE_BLOCKS)
    sent.submit(OTHER, Call(TO, b"two"))
    assert cancel(sent, 20, OTHER.name, first=PATIENCE_BLOCKS) == [None] * 20
    assert len(log.attempts(OTHER.name)) == 1


def test_cancel__base_fee_above_its_offer__waits_until_it_could_be_mined(sent: Any) -> None:
    assert [sent.cancel((), head(number, 400)) for number in range(20)] == [None] * 20
    assert sent.cancel((), head(20)) is not None


def test_cancel__second_attempt_of_what_is_done__is_cancelled(
    sent: Any, chain: Any, log: Any
) -> None:
    """Its nonce was used from outside, so that it was signed anew; then the block was replaced."""
    first = log.attempts(INTENT.name)[0]
    chain.told_nonce = 1
    second = sent._sign_anew(INTENT, CALL, first.transaction.gas_limit)
    chain.told_nonce, chain.includes = None, True
    chain.mine()
    sent.settle()
    assert log.attempts(INTENT.name)[0].outcome is Outcome.SUCCEEDED
    assert second.transaction.nonce == 1
    assert cancel(sent, PATIENCE_BLOCKS + 1, INTENT.name)[-1] is not None
    chain.mine()
    assert chain.mined == [b"one", b""]


def test_cancel__later_nonce__is_left_until_it_is_next(sent: Any, chain: Any) -> None:
    chain.told_nonce = 5
    assert cancel(sent, 20) == [None] * 20


def test_cancel__forgotten_by_the_node__is_sent_again_at_each_head(sent: Any, chain: Any) -> None:
    cancel(sent, PATIENCE_BLOCKS + 1)
    sends = chain.sends
    chain.pool.clear()
    cancel(sent, 5, first=PATIENCE_BLOCKS + 1)
    assert chain.sends == sends + 5
    chain.includes = True
    chain.mine()
    assert chain.mined == [b""]


def test_cancel__not_mined_for_long__costs_no_more(sent: Any, chain: Any, log: Any) -> None:
    """Nothing else with its nonce can be mined before it."""
    made = cancel(sent, PATIENCE_BLOCKS + 1)[-1]
    assert cancel(sent, 50, first=PATIENCE_BLOCKS + 1) == [None] * 50
    assert len(log.attempts(made.intent)) == 1
    first = log.attempts(INTENT.name)[0].transaction.fees
    assert made.transaction.fees.max_fee > first.max_fee
    assert made.transaction.fees.priority_fee > first.priority_fee


def test_cancel__at_the_cap__stays_as_it_is(sent: Any, chain: Any, log: Any) -> None:
    chain.base_fee = 4_900
    sent.submit(OTHER, Call(TO, b"two"))
    chain.base_fee = 9_000
    sends = chain.sends
    assert [sent.cancel((), head(number, 9_000)) for number in range(20)] == [None] * 20
    assert chain.sends == sends


def test_cancel__payer_empty__stays_as_it_is(sent: Any, chain: Any) -> None:
    chain.balance = lambda account: 0
    assert cancel(sent, 20) == [None] * 20


def test_cancel__refused__says_what_to_do_and_is_on_record(sent: Any, chain: Any, log: Any) -> None:
    chain.faults["send"] = RpcError("tx fee exceeds the configured cap")
    cancel(sent, PATIENCE_BLOCKS)
    with pytest.raises(RpcError, match="rpc.txfeecap"):
        cancel(sent, 1, first=PATIENCE_BLOCKS)
    assert [one.purpose for one in log.pending(sent.payer)] == [
        Purpose.REGISTRATION,
        Purpose.CANCELLATION,
    ]


def test_cancel__nonce_given_back_and_another_is_unwanted__same_bytes_are_recorded_once(
    sent: Any, chain: Any, log: Any
) -> None:
    """An empty transaction at one nonce and price is always the same one."""
    made = cancel(sent, PATIENCE_BLOCKS + 1)[-1]
    chain.mined.append(b"somebody else's")
    sent.settle()
    assert [one.outcome for one in log.attempts(made.intent)] == [Outcome.REPLACED]
    chain.mined.clear()
    chain.pool.clear()
    sent.submit(OTHER, Call(TO, b"two"))
    again = cancel(sent, PATIENCE_BLOCKS + 1, first=PATIENCE_BLOCKS + 1)[-1]
    assert again.hash == made.hash
    assert [one.outcome for one in log.attempts(made.intent)] == [Outcome.PENDING]
    assert cancel(sent, 20, first=2 * PATIENCE_BLOCKS + 2) == [None] * 20
    chain.includes = True
    chain.mine()
    sent.settle()
    assert chain.mined == [b""]
    assert [one.outcome for one in log.attempts(made.intent)] == [Outcome.SUCCEEDED]


def test_cancel__mined_cancellation_is_reorged_out__is_open_again(
    sent: Any, chain: Any, log: Any
) -> None:
    made = cancel(sent, PATIENCE_BLOCKS + 1)[-1]
    chain.includes = True
    chain.mine()
    sent.settle()
    chain.includes = False
    chain.mined.clear()
    chain.receipts.clear()
    sent.submit(OTHER, Call(TO, b"two"))
    again = cancel(sent, PATIENCE_BLOCKS + 1, first=PATIENCE_BLOCKS + 1)[-1]
    assert again.hash == made.hash
    found = log.attempts(made.intent)[0]
    assert (found.outcome, found.receipt) == (Outcome.PENDING, None)


def test_cancel__restarted_in_between__goes_on_with_the_one_that_is_out(
    sent: Any, manage: Any, chain: Any, log: Any
) -> None:
    made = cancel(sent, PATIENCE_BLOCKS + 1)[-1]
    again = manage()
    assert cancel(again, 2) == [None, None]
    assert len(log.attempts(made.intent)) == 1
    chain.includes = True
    chain.mine()
    assert chain.mined == [b""]
