"""Whatever endpoints lag, and however they take turns, nothing that is mined stays called replaced,
and what another took the nonce of does not stay open."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from attestor.core.blocks import Block, BlockWindow
from attestor.core.fees import Fees
from attestor.core.transaction import (
    Attempt,
    Intent,
    Outcome,
    Purpose,
    Receipt,
    SignedTransaction,
)
from attestor.transactions.log import MemoryLog
from attestor.transactions.settling import SETTLED_DEPTH, Finding, Seen, Settler, finding

PAYER = b"\x09" * 20
SIGNED = SignedTransaction(b"\x44" * 32, b"raw", PAYER, 3, 100, Fees(3, 1))
INTENT = Intent(Purpose.REGISTRATION, "registration:1")
LAGS = st.integers(0, SETTLED_DEPTH - 1)
EVENTS = st.integers(SETTLED_DEPTH + 1, 60)
RECEIPTS = st.builds(
    Receipt,
    transaction_hash=st.just(SIGNED.hash),
    block_number=st.integers(0, 9),
    block_hash=st.sampled_from([b"\x08" * 32, b"\x66" * 32]),
    succeeded=st.booleans(),
    gas_used=st.just(90),
    effective_gas_price=st.just(7),
)


class Log(MemoryLog):
    """With what is looked at again, as the database has it."""

    def settled(self, payer: bytes) -> list[Attempt]:
        return [one for one in self.attempts(INTENT.name) if one.outcome is not Outcome.PENDING]


class Lagging:
    """Each answer is as of some blocks before the head; it may be of any node."""

    def __init__(self, lags: list[int], event_at: int, receipt: Receipt | None) -> None:
        self.lags, self.event_at, self.mined = lags, event_at, receipt
        self.head_number = 0
        self.turn = 0

    def _seen(self) -> int:
        self.turn += 1
        return self.head_number - self.lags[self.turn % len(self.lags)]

    def receipt(self, name: bytes) -> Receipt | None:
        return self.mined if self._seen() >= self.event_at else None

    def confirms(self, receipt: Receipt, of_all: bool = False) -> bool:
        return self.receipt(b"") == receipt

    def lacks(self, name: bytes, of_all: bool = False) -> bool:
        return self.receipt(name) is None

    def nonce(self, account: bytes, at: bytes | None = None) -> int:
        number = self._seen() if at is None else int.from_bytes(at, "big")
        return 3 + (number >= self.event_at)

    def has_nonce(self, account: bytes, nonce: int, at: bytes) -> bool:
        return self.nonce(account, at) == nonce


def window(head: int) -> BlockWindow:
    numbers = range(max(1, head - 2 * SETTLED_DEPTH), head + 1)
    name = [n.to_bytes(32, "big") for n in range(head + 1)]
    return BlockWindow(tuple(Block(n, name[n], name[n - 1], n) for n in numbers))


def settled(lags: list[int], event_at: int, is_mined: bool, first: Outcome) -> set[Outcome]:
    """The outcomes that were on record, once there was time for all of them to be known."""
    receipt = Receipt(SIGNED.hash, event_at, b"\x08" * 32, True, 90, 7)
    log, double = Log(), Lagging(lags, event_at, receipt if is_mined else None)
    node: Any = double
    log.signed(INTENT, SIGNED)
    if first is Outcome.REPLACED:
        log.replaced(SIGNED.hash)
    settler = Settler(node, log, PAYER)
    seen = set()
    for head in range(event_at, event_at + 5 * SETTLED_DEPTH):
        double.head_number = head
        settler.settle(window(head))
        (attempt,) = log.attempts(INTENT.name)
        seen.add(attempt.outcome)
    (attempt,) = log.attempts(INTENT.name)
    assert attempt.outcome is (Outcome.SUCCEEDED if is_mined else Outcome.REPLACED)
    return seen


@given(st.lists(LAGS, min_size=1, max_size=5), EVENTS)
def test_settle__mined__is_never_called_replaced(lags: list[int], event_at: int) -> None:
    assert Outcome.REPLACED not in settled(lags, event_at, True, Outcome.PENDING)


@given(st.lists(LAGS, min_size=1, max_size=5), EVENTS)
def test_settle__another_took_the_nonce__is_never_called_mined(
    lags: list[int], event_at: int
) -> None:
    assert Outcome.SUCCEEDED not in settled(lags, event_at, False, Outcome.PENDING)


@given(st.lists(LAGS, min_size=1, max_size=5), EVENTS)
def test_settle__called_replaced_and_is_mined__becomes_mined(
    lags: list[int], event_at: int
) -> None:
    settled(lags, event_at, True, Outcome.REPLACED)


@given(
    st.sampled_from(list(Outcome)),
    st.none() | RECEIPTS,
    st.none() | RECEIPTS,
    st.none() | st.integers(0, 9),
    st.booleans(),
)
def test_finding__anything__follows_from_what_is_agreed_alone(
    outcome: Outcome,
    known: Receipt | None,
    shown: Receipt | None,
    nonce: int | None,
    is_agreed: bool,
) -> None:
    attempt = Attempt(INTENT.name, INTENT.purpose, 1, SIGNED, outcome, known)
    found = finding(attempt, Seen(shown, nonce, is_agreed))
    if found is not Finding.LEFT:
        assert is_agreed
    assert (found is Finding.MINED) <= (shown is not None)
    if found is Finding.REPLACED:
        assert shown is None
        assert nonce is not None
        assert nonce > SIGNED.nonce
    if found is Finding.UNMINED:
        assert shown is None
        assert outcome is not Outcome.PENDING
