"""What becomes of transactions where endpoints lag apart, lie, or come back later."""

from typing import Any

import pytest

from attestor.audit import verify
from attestor.core.blocks import Block, BlockWindow
from attestor.core.transaction import Intent, Outcome, Purpose, Receipt
from attestor.transactions.pricing import Call
from attestor.transactions.settling import SETTLED_DEPTH, Settler

INTENT = Intent(Purpose.UPLOAD, "upload:1")
CALL = Call(b"\x77" * 20, b"one")
MINED_AT = 120
PAYER_BLOCK = b"\x08" * 32


def window(head: int) -> BlockWindow:
    """The newest blocks, some more than are looked back."""
    numbers = range(head - SETTLED_DEPTH - 2, head + 1)
    name = [n.to_bytes(32, "big") for n in range(head + 1)]
    return BlockWindow(tuple(Block(n, name[n], name[n - 1], 1000 + n) for n in numbers))


class Endpoints:
    """A transaction that is mined, or another with its nonce, in one block; each answer is as of
    some blocks before the head."""

    def __init__(self) -> None:
        self.head_number = MINED_AT
        self.receipt_of: Receipt | None = None
        self.lag = 0
        self.shown: Receipt | None = None
        """A lie, of the only endpoint that answers, while it is one."""
        self.denies = False
        self.is_majority = True
        self.nonces_asked: list[bytes | None] = []

    def head(self) -> Block:
        raise AssertionError("the window has it")

    def receipt(self, name: bytes) -> Receipt | None:
        if self.denies:
            return None
        if self.shown is not None:
            return self.shown
        known = self.receipt_of is not None and self.head_number - self.lag >= MINED_AT
        return self.receipt_of if known else None

    def confirms(self, receipt: Receipt, of_all: bool = False) -> bool:
        return self.receipt(b"") == receipt and (self.is_majority or not of_all)

    def lacks(self, name: bytes, of_all: bool = False) -> bool:
        return self.receipt(name) is None and (self.is_majority or not of_all)

    def nonce(self, account: bytes, at: bytes | None = None) -> int:
        self.nonces_asked.append(at)
        assert at is not None, "endpoints lag apart"
        return int(int.from_bytes(at, "big") >= MINED_AT)

    def has_nonce(self, account: bytes, nonce: int, at: bytes) -> bool:
        return self.nonce(account, at) == nonce


@pytest.fixture
def endpoints() -> Endpoints:
    return Endpoints()


@pytest.fixture
def out(manage: Any) -> Any:
    """The attempt that is out."""
    return manage().submit(INTENT, CALL)


@pytest.fixture
def settler(endpoints: Any, log: Any, out: Any) -> Settler:
    return Settler(endpoints, log, out.transaction.payer)


def outcome(log: Any) -> Outcome:
    (attempt,) = log.attempts(INTENT.name)
    return Outcome(attempt.outcome)


def mined(out: Any, block: bytes = PAYER_BLOCK, succeeded: bool = True) -> Receipt:
    return Receipt(out.hash, MINED_AT, block, succeeded, 90, 7)


def settle(settler: Settler, endpoints: Endpoints, head: int) -> None:
    endpoints.head_number = head
    settler.settle(window(head))


def test_settle__endpoint_lags_behind_the_one_with_the_nonce__is_not_taken_for_replaced(
    settler: Any, endpoints: Any, log: Any, out: Any
) -> None:
    endpoints.receipt_of, endpoints.lag = mined(out), 5
    for head in range(MINED_AT, MINED_AT + 5):
        settle(settler, endpoints, head)
        assert outcome(log) is Outcome.PENDING
    settle(settler, endpoints, MINED_AT + 5)
    assert outcome(log) is Outcome.SUCCEEDED


def test_settle__another_took_the_nonce__is_replaced_once_several_blocks_are_on_top(
    settler: Any, endpoints: Any, log: Any
) -> None:
    for head in range(MINED_AT, MINED_AT + SETTLED_DEPTH):
        settle(settler, endpoints, head)
        assert outcome(log) is Outcome.PENDING
    settle(settler, endpoints, MINED_AT + SETTLED_DEPTH)
    assert outcome(log) is Outcome.REPLACED


def test_settle__receipt_comes_after_it_was_called_replaced__is_mined(
    settler: Any, endpoints: Any, log: Any, out: Any, store: Any
) -> None:
    endpoints.receipt_of, endpoints.denies = mined(out), True
    settle(settler, endpoints, MINED_AT + SETTLED_DEPTH)
    assert outcome(log) is Outcome.REPLACED
    endpoints.denies = False
    for head in range(MINED_AT + SETTLED_DEPTH + 1, MINED_AT + 3 * SETTLED_DEPTH):
        settle(settler, endpoints, head)
    assert outcome(log) is Outcome.SUCCEEDED
    assert verify.journal_faults(store) == verify.table_faults(store) == []


@pytest.mark.parametrize("succeeded", [True, False])
def test_settle__receipt_of_a_liar_is_on_record__is_corrected_some_blocks_later(
    settler: Any, endpoints: Any, log: Any, out: Any, store: Any, succeeded: bool
) -> None:
    log.mined(mined(out, b"\x66" * 32, succeeded))
    endpoints.receipt_of = mined(out)
    settle(settler, endpoints, MINED_AT + SETTLED_DEPTH - 1)
    (before,) = log.attempts(INTENT.name)
    assert before.receipt.block_hash == b"\x66" * 32
    settle(settler, endpoints, MINED_AT + SETTLED_DEPTH)
    (after,) = log.attempts(INTENT.name)
    assert after.receipt == mined(out)
    assert verify.journal_faults(store) == verify.table_faults(store) == []


@pytest.mark.parametrize(
    ("lied_block", "expected"), [(MINED_AT - 9, Outcome.PENDING), (MINED_AT, Outcome.REPLACED)]
)
def test_settle__receipt_of_what_is_not_mined__is_open_again_or_replaced(
    settler: Any, endpoints: Any, log: Any, out: Any, lied_block: int, expected: Outcome
) -> None:
    log.mined(Receipt(out.hash, lied_block, b"\x66" * 32, True, 90, 7))
    settle(settler, endpoints, lied_block + SETTLED_DEPTH)
    assert outcome(log) is expected
    (attempt,) = log.attempts(INTENT.name)
    assert attempt.receipt is None


def test_settle__no_majority_at_the_second_look__looks_once_more_later(
    settler: Any, endpoints: Any, log: Any, out: Any
) -> None:
    log.mined(mined(out, b"\x66" * 32))
    endpoints.receipt_of, endpoints.is_majority = mined(out), False
    settle(settler, endpoints, MINED_AT + SETTLED_DEPTH)
    (unsure,) = log.attempts(INTENT.name)
    assert unsure.receipt.block_hash == b"\x66" * 32, "the only endpoint that answers may lie"
    endpoints.is_majority = True
    settle(settler, endpoints, MINED_AT + 2 * SETTLED_DEPTH)
    (after,) = log.attempts(INTENT.name)
    assert after.receipt == mined(out)


def test_settle__all_is_known__asks_nothing(
    settler: Any, endpoints: Any, log: Any, out: Any
) -> None:
    endpoints.receipt_of = mined(out)
    settle(settler, endpoints, MINED_AT + SETTLED_DEPTH)
    settle(settler, endpoints, MINED_AT + 2 * SETTLED_DEPTH)
    assert outcome(log) is Outcome.SUCCEEDED

    def refuse(name: bytes) -> None:
        raise AssertionError("it was looked at twice")

    endpoints.receipt = refuse
    for head in range(3 * SETTLED_DEPTH, 9 * SETTLED_DEPTH):
        settle(settler, endpoints, MINED_AT + head)


def test_settle__no_majority_lacks_the_receipt__is_not_taken_for_replaced(
    settler: Any, endpoints: Any, log: Any
) -> None:
    """Those that answered had none, and another that was asked for its vote has one."""
    endpoints.lacks = lambda name, of_all=False: False
    settle(settler, endpoints, MINED_AT + SETTLED_DEPTH)
    assert outcome(log) is Outcome.PENDING


def test_settle__looked_at_again__what_names_it_is_corrected(
    settler: Any, endpoints: Any, log: Any, out: Any
) -> None:
    log.mined(mined(out))
    endpoints.receipt_of = mined(out)
    corrected: list[bytes] = []
    log.looked_again = corrected.append
    settle(settler, endpoints, MINED_AT + SETTLED_DEPTH)
    assert corrected == [out.hash]
