"""Brings items of collateral on chain, one transaction after the other."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from attestor.chain.collateral_store import CollateralKind, CollateralStore
from attestor.chain.node import Node
from attestor.collateral import onchain
from attestor.collateral.items import Item
from attestor.collateral.onchain import ENTRIES_PER_CALL
from attestor.collateral.plan import need
from attestor.core.text import to_hex
from attestor.core.transaction import Pending, Receipt, SignedTransaction
from attestor.errors import AttestorError, UploadRejected, UploadUnconfirmed, restore
from attestor.transactions.manager import Payments

RECEIPT_SECONDS = 300.0
POLL_SECONDS = 0.5

_FUNCTIONS = {
    CollateralKind.PCK_CA: "uploadPckCa",
    CollateralKind.TCB_SIGNING: "uploadTcbSigning",
    CollateralKind.ROOT_CRL: "uploadRootCrl",
    CollateralKind.PCK_CRL: "uploadPckCrl",
    CollateralKind.EVALUATION_NUMBERS: "uploadTcbEvaluationNumbers",
    CollateralKind.TCB_INFO: "uploadTcbInfo",
    CollateralKind.QE_IDENTITY: "uploadQeIdentity",
}

Pause = Callable[[float], bool]
"""Waits for so many seconds; True, at once, when whoever gave it wants to stop."""


class UploadLog(Protocol):
    """Where uploads are noted before they are sent: `store.uploads.Uploads`."""

    def pending(self, payer: bytes) -> Pending | None: ...

    def signed(
        self, name: str, content_hash: bytes, valid_until: int, signed: SignedTransaction
    ) -> None: ...

    def mined(self, receipt: Receipt) -> None: ...


class NoLog:
    """For a command, which keeps no history: the chain is it."""

    def pending(self, payer: bytes) -> Pending | None:
        return None

    def signed(
        self, name: str, content_hash: bytes, valid_until: int, signed: SignedTransaction
    ) -> None:
        pass

    def mined(self, receipt: Receipt) -> None:
        pass


@dataclass(frozen=True)
class Uploaded:
    """An item that is on chain now. The receipts are of its transactions: the last one is of the
    item itself, those before it are of the revocations of a long CRL."""

    item: Item
    reason: str
    receipts: tuple[Receipt, ...]

    @property
    def gas_used(self) -> int:
        """Gas of all its transactions."""
        return sum(receipt.gas_used for receipt in self.receipts)


class Uploader:
    """Uploads to one store from one account, which nothing else may send from meanwhile."""

    def __init__(
        self,
        store: CollateralStore,
        payments: Payments,
        log: UploadLog,
        pause: Pause,
        timeout_seconds: float = RECEIPT_SECONDS,
    ) -> None:
        self._store = store
        self._payments = payments
        self._log = log
        self._pause = pause
        self._timeout_seconds = timeout_seconds

    def run(
        self,
        items: tuple[Item, ...],
        margin: int | None,
        tell: Callable[[Uploaded], None] = lambda uploaded: None,
    ) -> list[Uploaded]:
        """Upload what is needed, in the order of `items`; `margin` is as in `plan.needs`.

        The chain is asked before each one: an upload may end what others rest on, and others may
        upload too. Stops at the first failure, whose error names the item. What was uploaded
        before it stays, and is not sent again by the next run. Ends early, without an error, when
        `pause` says so between two items. Raises `UploadRejected`,
        `UploadUnconfirmed`, `PayerEmpty`, `FeeCapReached`, and the errors of a node.
        """
        done: list[Uploaded] = []
        for item in items:
            if self._pause(0.0):
                break
            try:
                uploaded = self._bring(item, margin)
            except AttestorError as error:
                raise restore(error.code, f"{item.name}: {error.message}", error.hint) from None
            if uploaded is not None:
                done.append(uploaded)
                tell(uploaded)
        return done

    def _bring(self, item: Item, margin: int | None) -> Uploaded | None:
        now = self._store.node.head().timestamp
        found = need(item, onchain.read(self._store, item), now, margin)
        if not found.upload:
            return None
        receipts = [self._transact(item, data) for data in self._preparations(item)]
        receipts.append(self._transact(item, calldata(self._store, item)))
        return Uploaded(item, found.reason, tuple(receipts))

    def _preparations(self, item: Item) -> list[bytes]:
        """Calldata that revokes ahead what of a long CRL does not fit into one transaction."""
        if item.entries <= ENTRIES_PER_CALL:
            return []
        counts = onchain.new_revocations(self._store, item)
        left, found = sum(counts), []
        for number, count in enumerate(counts):
            if left <= ENTRIES_PER_CALL:
                break
            if count:
                first = number * ENTRIES_PER_CALL
                found.append(
                    self._store.revocations_calldata(item.content, first, ENTRIES_PER_CALL)
                )
                left -= count
        return found

    def _transact(self, item: Item, data: bytes) -> Receipt:
        payer = self._payments.payer
        self._store.simulate(data, payer)
        base_fee = self._store.node.head().base_fee
        signed = self._payments.prepare(
            self._store.address, data, base_fee, self._log.pending(payer)
        )
        self._log.signed(item.name, item.content_hash, item.until, signed)
        self._payments.send(signed)
        receipt = self._receipt(signed.hash)
        self._log.mined(receipt)
        if not receipt.succeeded:
            raise UploadRejected(
                f"its upload {to_hex(signed.hash)} was reverted in block {receipt.block_number}",
                hint="somebody else may have uploaded it in the same block; look again",
            )
        return receipt

    def _receipt(self, transaction_hash: bytes) -> Receipt:
        waited = 0.0
        while True:
            receipt = self._store.node.receipt(transaction_hash)
            if receipt is not None:
                return receipt
            stopped = waited >= self._timeout_seconds or self._pause(POLL_SECONDS)
            if stopped:
                raise UploadUnconfirmed(
                    f"its upload {to_hex(transaction_hash)} is not mined after {waited:g} s",
                    hint="it is looked for again, and outbid, the next time",
                )
            waited += POLL_SECONDS


def bring_up(
    node: Node, payments: Payments, store_address: bytes, items: tuple[Item, ...]
) -> list[Uploaded]:
    """Upload everything that a store, empty at first, does not have. Raises as `Uploader.run`, and
    `CollateralStoreInvalid`."""
    store = CollateralStore(node, store_address)
    store.root_key_id()
    return Uploader(store, payments, NoLog(), threading.Event().wait).run(items, margin=None)


def calldata(store: CollateralStore, item: Item) -> bytes:
    """Calldata that uploads an item."""
    function = _FUNCTIONS[item.kind]
    if item.signature:
        return store.json_calldata(function, item.content, item.signature)
    return store.der_calldata(function, item.content)
