"""Brings items of collateral on chain, one transaction after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from attestor.chain.collateral_store import CollateralKind, CollateralStore
from attestor.chain.node import Node
from attestor.collateral import onchain
from attestor.collateral.items import Item
from attestor.collateral.onchain import ENTRIES_PER_CALL
from attestor.collateral.plan import need
from attestor.core.keccak import keccak
from attestor.core.text import to_hex
from attestor.core.transaction import Intent, Purpose, Receipt
from attestor.errors import (
    AttestorError,
    TransactionUnconfirmed,
    UploadRejected,
    UploadUnconfirmed,
    restore,
)
from attestor.transactions.manager import TransactionManager
from attestor.transactions.pricing import Call

_FUNCTIONS = {
    CollateralKind.PCK_CA: "uploadPckCa",
    CollateralKind.TCB_SIGNING: "uploadTcbSigning",
    CollateralKind.ROOT_CRL: "uploadRootCrl",
    CollateralKind.PCK_CRL: "uploadPckCrl",
    CollateralKind.EVALUATION_NUMBERS: "uploadTcbEvaluationNumbers",
    CollateralKind.TCB_INFO: "uploadTcbInfo",
    CollateralKind.QE_IDENTITY: "uploadQeIdentity",
}

Note = Callable[[Intent, Item], None]
"""Keeps what is uploaded under an intent, beside its transaction."""


def keep_nothing(intent: Intent, item: Item) -> None:
    """For a command, which keeps no history."""


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
        transactions: TransactionManager,
        stopping: Callable[[], bool] = lambda: False,
        note: Note = keep_nothing,
    ) -> None:
        self._store = store
        self._transactions = transactions
        self._stopping = stopping
        self._note = note

    def run(
        self,
        items: tuple[Item, ...],
        margin: int | None,
        tell: Callable[[Uploaded], None] = lambda uploaded: None,
    ) -> list[Uploaded]:
        """Upload what is needed, in the order of `items`; `margin` is as in `plan.needs`.

        The chain is asked before each one: an upload may end what others rest on, and others may
        upload too. What is refused keeps nothing else from the store, above all no revocations:
        `UploadRejected` is raised at the end, and names each refused item. Stops at once at any
        other failure, whose error names the item. What was uploaded before it stays, and is not
        sent again by the next run. Ends early, without an error, when `stopping` says so between
        two items. Raises `UploadUnconfirmed`, `PayerEmpty`, `FeeCapReached`, and the errors of a
        node.
        """
        done: list[Uploaded] = []
        refused: list[AttestorError] = []
        for item in items:
            if self._stopping():
                break
            try:
                uploaded = self._bring(item, margin)
            except UploadRejected as error:
                refused.append(_named(item, error))
                continue
            except AttestorError as error:
                raise _named(item, error) from None
            if uploaded is not None:
                done.append(uploaded)
                tell(uploaded)
        if refused:
            reasons = "; ".join(error.message for error in refused)
            raise UploadRejected(reasons, hint=refused[0].hint)
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
        # One store's upload is not another's, though it is of the same item.
        intent = Intent(Purpose.UPLOAD, f"upload:{to_hex(keccak(self._store.address + data))}")
        call = Call(
            self._store.address,
            data,
            lambda _offer: self._store.simulate(data, self._transactions.payer),
        )
        note = partial(self._note, intent, item)
        try:
            receipt = self._transactions.complete(intent, call, note)
        except TransactionUnconfirmed as error:
            raise UploadUnconfirmed(f"its upload: {error.message}", hint=error.hint) from None
        if not receipt.succeeded:
            raise UploadRejected(
                f"its upload {to_hex(receipt.transaction_hash)} was reverted in block "
                f"{receipt.block_number}",
                hint="somebody else may have uploaded it in the same block; look again",
            )
        return receipt


def _named(item: Item, error: AttestorError) -> AttestorError:
    return restore(error.code, f"{item.name}: {error.message}", error.hint)


def bring_up(
    node: Node, transactions: TransactionManager, store_address: bytes, items: tuple[Item, ...]
) -> list[Uploaded]:
    """Upload everything that a store, empty at first, does not have. Raises as `Uploader.run`, and
    `CollateralStoreInvalid`."""
    store = CollateralStore(node, store_address)
    store.root_key_id()
    return Uploader(store, transactions).run(items, margin=None)


def calldata(store: CollateralStore, item: Item) -> bytes:
    """Calldata that uploads an item."""
    function = _FUNCTIONS[item.kind]
    if item.signature:
        return store.json_calldata(function, item.content, item.signature)
    return store.der_calldata(function, item.content)
