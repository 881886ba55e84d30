"""A made-up chain around the real uploader and loop: a store, a payer, a service of collateral.

The store takes what it is given, unless `refused` names it; a transaction is mined at once unless
`mines` is False. Every effect is noted in `events`, in order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from attestor.chain.collateral_store import (
    CollateralKind,
    CollateralRecord,
    CollateralRecords,
    Held,
)
from attestor.collateral.items import Item
from attestor.core.blocks import Block
from attestor.core.fees import Fees
from attestor.core.transaction import Attempt, Receipt, SignedTransaction
from attestor.errors import AttestorError, UploadRejected
from attestor.transactions.pricing import Call

DAY = 86400
NOW = 20_718 * DAY
PAYER = b"\x09" * 20
NOTHING = CollateralRecords(CollateralRecord(0, 0), CollateralRecord(0, 0), CollateralRecord(0, 0))


@dataclass
class World:
    """Node, store and payments in one."""

    address: bytes = b"\x77" * 20
    payer: bytes = PAYER
    chain_time: int = NOW
    delay: int = 0
    standard: int = 0
    mines: bool = True
    reverts: bool = False
    refused: set[bytes] = field(default_factory=set)
    faults: dict[str, AttestorError] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    kept: dict[tuple[CollateralKind, int], Held] = field(default_factory=dict)
    items: dict[bytes, Item] = field(default_factory=dict)
    revoked: set[int] = field(default_factory=set)
    sent: list[SignedTransaction] = field(default_factory=list)
    offered: list[tuple[Attempt, ...]] = field(default_factory=list)
    prepared: dict[bytes, SignedTransaction] = field(default_factory=dict)
    receipts: dict[bytes, Receipt] = field(default_factory=dict)
    mined_nonce: int = 0
    records_found: CollateralRecords = NOTHING
    epoch: int = 0

    def _called(self, name: str) -> None:
        if name in self.faults:
            raise self.faults[name]

    # --- the node ---

    @property
    def node(self) -> "World":
        return self

    def head(self) -> Block:
        self._called("head")
        return Block(107, b"\x07" * 32, b"\x06" * 32, self.chain_time, 100)

    def block(self, number: int) -> Block:
        return Block(number, bytes(32), bytes(32), self.chain_time, 100)

    def agrees(self, block: Block) -> bool:
        return True

    def nonce(self, account: bytes, at: bytes | None = None) -> int:
        return self.mined_nonce

    def confirms(self, receipt: Receipt, of_all: bool = False) -> bool:
        return True

    def lacks(self, transaction_hash: bytes, of_all: bool = False) -> bool:
        return self.receipt(transaction_hash) is None

    def has_nonce(self, account: bytes, nonce: int, at: bytes) -> bool:
        return self.nonce(account, at) == nonce

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        self._called("receipt")
        return self.receipts.get(transaction_hash)

    # --- the store ---

    def held(self, kind: CollateralKind, key: int) -> Held | None:
        self._called("held")
        return self.kept.get((kind, key))

    def records(self, authority: int, tcb_key: int) -> CollateralRecords:
        self._called("records")
        return self.records_found

    def signing_epoch(self) -> int:
        return self.epoch

    def evaluation_delay_seconds(self) -> int:
        return self.delay

    def standard_evaluation(self, tee_type: int) -> int:
        return self.standard

    def new_revocations(self, der: bytes, first: int, count: int) -> int:
        if der in self.refused:
            raise UploadRejected("the store refuses it: AuthorityUnknown(7)")
        entries = next(item.entries for item in self.items.values() if item.content == der)
        return len(set(range(first, min(first + count, entries))) - self.revoked)

    def der_calldata(self, function: str, der: bytes) -> bytes:
        return der

    def json_calldata(self, function: str, text: bytes, signature: bytes) -> bytes:
        return text

    def revocations_calldata(self, der: bytes, first: int, count: int) -> bytes:
        return b"%d+%d of " % (first, count) + der

    def simulate(self, calldata: bytes, sender: bytes | None = None) -> bytes:
        self._called("simulate")
        if calldata in self.refused:
            raise UploadRejected("the store refuses it: SignatureInvalid()")
        return b""

    # --- the payer ---

    def prepare(self, call: Call, pending: Sequence[Attempt]) -> SignedTransaction:
        self._called("prepare")
        assert call.to == self.address
        self.offered.append(tuple(pending))
        name = bytes([len(self.offered)]) * 32
        made = SignedTransaction(name, call.data, PAYER, self.mined_nonce, 9, Fees(30, 10))
        self.prepared[name] = made
        return made

    def send(self, raw: bytes, transaction_hash: bytes) -> None:
        self._called("send")
        transaction = self.prepared[transaction_hash]
        assert transaction.raw == raw
        self.events.append(f"sent {transaction.raw.decode(errors='replace')}")
        self.sent.append(transaction)
        if self.mines:
            self.mine(transaction)

    def mine(self, transaction: SignedTransaction) -> None:
        self.mined_nonce += 1
        succeeded = not self.reverts
        self.receipts[transaction.hash] = Receipt(
            transaction.hash, 8, b"\x08" * 32, succeeded, 1000, 3
        )
        item = self.items.get(transaction.raw)
        if succeeded and item is not None:
            place = (item.kind, item.key)
            self.kept[place] = Held(
                item.since, item.until, item.evaluation, item.content_hash, True
            )

    def know(self, *items: Item) -> tuple[Item, ...]:
        """Items that the store recognizes."""
        self.items |= {item.content: item for item in items}
        return items


@pytest.fixture
def world() -> Any:
    return World()


@pytest.fixture
def items(world: World) -> tuple[Item, ...]:
    """One item of each part but the numbers, in the order of upload."""
    return world.know(
        Item(CollateralKind.PCK_CA, "PCK CA", 7, b"ca", NOW - DAY, NOW + 900 * DAY),
        Item(CollateralKind.TCB_SIGNING, "TCB signing", 0, b"signing", NOW - DAY, NOW + 900 * DAY),
        Item(CollateralKind.ROOT_CRL, "root CRL", 1, b"root", NOW - DAY, NOW + 30 * DAY, entries=1),
        Item(CollateralKind.PCK_CRL, "PCK CRL", 7, b"crl", NOW - DAY, NOW + 30 * DAY, entries=2),
        Item(CollateralKind.TCB_INFO, "TCB info", 9, b"tcb", NOW - DAY, NOW + 30 * DAY, b"\1" * 64),
        Item(
            CollateralKind.QE_IDENTITY,
            "QE identity",
            5,
            b"qe",
            NOW - DAY,
            NOW + 30 * DAY,
            b"\1" * 64,
        ),
    )
